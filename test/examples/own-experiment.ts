import {
  CrossEntropy,
  deliver,
  Environment,
  HeldRun,
  launcherOf,
  parseRunnerSettings,
  Runner,
  Trajectory,
} from 'twoloop'
import rosenbrock from './rosenbrock.ts'

// What an Experiment does, step by step: take a run directory, give workers the simulation, loop, give all back.
const run = await HeldRun.take('runs/own-experiment', { overwrite: true })
const { directory, record } = run
const trajectory = new Trajectory(record)
const optimizer = new CrossEntropy(rosenbrock, { populationSize: 100, generations: 10, seed: 1 })
record.writeProblem(rosenbrock.space.names, rosenbrock.objectives)

const settings = parseRunnerSettings({ workers: 2 })
const runner = new Runner({
  directory,
  run: String(record.manifest().run),
  space: rosenbrock.space,
  settings,
  launcher: launcherOf(settings),
  record,
  optimizee: await deliver(run, rosenbrock),
  heart: run.heart,
})
try {
  runner.prepareRunFile()
  runner.launchWorkers()
  const environment = new Environment(trajectory, optimizer, record)
  const hasEnded = await environment.run(runner, AbortSignal.timeout(3_600_000))
  record.writeManifest({ status: hasEnded ? 'finished' : 'stopped', hash: record.hash() })
} finally {
  await runner.closeWorkers()
  await run.release()
}
console.log(directory, trajectory.generation + 1, 'generations')
