import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Design } from '../../optimizers/designs/index.ts'
import { ExperimentGrid } from '../../src/batch/grid/index.ts'
import { batchRun } from '../../src/batch/mesa/index.ts'
import { batchRunSimulations } from '../../src/batch/verbs/index.ts'
import { BatchStoppedError, Experiment } from '../../src/index.ts'
import { testFrontDoor } from '../contracts/front-door.ts'
import SquareModel from '../fixtures/front-doors/model.ts'
import makeOptimizee from '../fixtures/front-doors/optimizee.ts'
import simulate from '../fixtures/front-doors/sim-func.ts'
import { type SearchChild, startCommand, whileRunning } from '../search-child.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/front-doors/${name}.ts`, import.meta.url))
const values = [0, 1, 2, 3, 4, 5]
const runner = { lookAhead: 1, retries: 0, drain: '10m' }
const design = { kind: 'full-factorial', levels: 6 } as const

testFrontDoor('of Mesa', {
  play: ({ folder, name, workers, signal, strangers }) =>
    isFinished(
      batchRun(SquareModel, {
        parameters: { x: values, folder },
        maxSteps: 1,
        rng: 1,
        directory: join(folder, name),
        numberProcesses: workers,
        displayProgress: false,
        runner,
        signal,
        ...strangers,
      }),
    ),
})

testFrontDoor('of verbs', {
  play: ({ folder, name, workers, signal, strangers }) =>
    isFinished(
      batchRunSimulations(simulate, {
        nSteps: 1,
        nSamples: 1,
        parametersSamples: values.map((x) => ({ x, folder })),
        directory: join(folder, name),
        nJobs: workers,
        verbose: 0,
        runner,
        signal,
        ...strangers,
      }),
    ),
})

testFrontDoor('of grids', {
  async play({ folder, name, workers, signal, strangers }) {
    const { status } = await new ExperimentGrid(name)
      .add('x', values)
      .add('folder', folder)
      .run(fixture('thunk'), {
        root: folder,
        dataDir: join(folder, 'data'),
        print: () => {},
        runner: { ...runner, workers },
        ...(signal && { signal }),
        ...strangers,
      })
    return status === 'finished'
  },
})

testFrontDoor('of designs', {
  async play({ folder, name, workers, signal, strangers }) {
    const optimizee = makeOptimizee({ folder })
    const optimizer = new Design(optimizee, { design })
    await using experiment = new Experiment({ root: folder })
    await experiment.prepareExperiment({ name, runner: { ...runner, workers }, ...strangers })
    const source = { module: fixture('optimizee'), options: { folder } }
    const { status } = await experiment.runExperiment(optimizer, optimizee, { source, ...(signal && { signal }) })
    await experiment.endExperiment(optimizer)
    return status === 'finished'
  },
})

let command: SearchChild

testFrontDoor('of experiment files', {
  heard: () => whileRunning(command, () => command.stderr().includes('Stopping after SIGINT'), 'the signal is heard'),
  async play({ folder, name, workers, signal, strangers }) {
    const file = join(folder, 'experiment.json')
    const optimizee = { module: fixture('optimizee'), options: { folder } }
    const optimizer = { type: 'design', design }
    writeFileSync(file, JSON.stringify({ name, optimizee, optimizer, runner: { ...runner, workers }, ...strangers }))
    command = startCommand('run', file, '--root', folder)
    const { process, ended, stderr } = command
    signal?.addEventListener('abort', () => process.kill('SIGINT'))
    const code = await ended
    if (code === 0 || code === 75) return code === 0
    if (!process.stderr?.readableEnded) await once(process.stderr!, 'end')
    throw new Error(stderr())
  },
})

async function isFinished(batch: Promise<unknown>): Promise<boolean> {
  try {
    await batch
    return true
  } catch (error) {
    if (error instanceof BatchStoppedError) return false
    throw error
  }
}
