import { problem, type Starter } from './starter.ts'

export const shell: Starter = {
  optimizee: `command: [sh, simulation.sh, "{rate}", "{ambient}"]
files: [measured.txt]
result: { error: '^error (\\S+)', final: '^final (\\S+)' }
${problem}`,
  files: {
    'simulation.sh': `# A cup of coffee that cools at the rate $1 to the temperature $2, against what was measured.
awk -v rate="$1" -v ambient="$2" '
  NR == 1 { first = $2 }
  {
    cooled = ambient + (first - ambient) * exp(-rate * $1)
    sum += (cooled - $2) ^ 2
  }
  END {
    print "error", sqrt(sum / NR)
    print "final", cooled
  }' measured.txt
`,
    'measured.txt': `0 84.2
5 71.2
10 61.6
20 47.4
30 37.9
45 30.3
60 26.1
`,
  },
}
