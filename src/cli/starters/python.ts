import { problem, type Starter } from './starter.ts'

/** `twoloop.py` is put beside it. */
export const python: Starter = {
  needs: 'python3',
  optimizee: `program: [python3, simulation.py]\n${problem}`,
  files: {
    'simulation.py': `import math

import twoloop

# A cup of coffee: minutes, and the temperatures that were measured.
minutes = [0, 5, 10, 20, 30, 45, 60]
measured = [84.2, 71.2, 61.6, 47.4, 37.9, 30.3, 26.1]


def simulate(p, context):
    cooled = [p["ambient"] + (measured[0] - p["ambient"]) * math.exp(-p["rate"] * t) for t in minutes]
    error = math.sqrt(sum((T - m) ** 2 for T, m in zip(cooled, measured)) / len(minutes))
    return {"error": error, "final": cooled[-1]}


twoloop.serve(simulate)
`,
  },
}
