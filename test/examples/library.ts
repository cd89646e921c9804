import { CrossEntropy, Experiment } from 'twoloop'
import rosenbrock from './rosenbrock.ts'

// The way of L2L: prepare, run, end.
const experiment = new Experiment({ root: 'runs' })
const { trajectory: prepared } = await experiment.prepareExperiment({ name: 'rosenbrock', runner: { workers: 2 } })
prepared.fAddParameterGroup('notes', 'recorded with the run').fAddParameter('author', 'A. Turing')

const optimizer = new CrossEntropy(rosenbrock, { populationSize: 200, generations: 40, seed: 1 })
await experiment.runExperiment(optimizer, rosenbrock)

const { trajectory, directory } = await experiment.endExperiment(optimizer)
const [best] = trajectory.best(1)
console.log(directory, best?.outcome === 'done' && best.fitness, best?.individual.parameters)
