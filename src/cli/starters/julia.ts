import { problem, type Starter } from './starter.ts'

export const julia: Starter = {
  needs: 'julia',
  optimizee: `command: [julia, simulation.jl, "{rate}", "{ambient}"]
result: { error: '^error (\\S+)', final: '^final (\\S+)' }
${problem}`,
  files: {
    'simulation.jl': `# A cup of coffee: minutes, and the temperatures that were measured.
minutes = [0, 5, 10, 20, 30, 45, 60]
measured = [84.2, 71.2, 61.6, 47.4, 37.9, 30.3, 26.1]

rate, ambient = parse.(Float64, ARGS)

cooled = ambient .+ (measured[1] - ambient) .* exp.(-rate .* minutes)
println("error ", sqrt(sum((cooled .- measured) .^ 2) / length(minutes)))
println("final ", cooled[end])
`,
  },
}
