import { problem, type Starter } from './starter.ts'

export const r: Starter = {
  needs: 'Rscript',
  optimizee: `command: [Rscript, simulation.R, "{rate}", "{ambient}"]
result: { error: '^error (\\S+)', final: '^final (\\S+)' }
${problem}`,
  files: {
    'simulation.R': `# A cup of coffee: minutes, and the temperatures that were measured.
minutes <- c(0, 5, 10, 20, 30, 45, 60)
measured <- c(84.2, 71.2, 61.6, 47.4, 37.9, 30.3, 26.1)

given <- as.numeric(commandArgs(trailingOnly = TRUE))
rate <- given[1]
ambient <- given[2]

cooled <- ambient + (measured[1] - ambient) * exp(-rate * minutes)
cat("error", sqrt(mean((cooled - measured)^2)), "\\n")
cat("final", tail(cooled, 1), "\\n")
`,
  },
}
