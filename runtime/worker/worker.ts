import { join } from 'node:path'
import type { Optimizee } from '../../src/core/optimizee.ts'
import { hiddenVariables } from '../../src/system/hidden-variables.ts'
import { ownIdentity } from '../../src/system/process-identity.ts'
import { PipeDamaged } from '../channel/pipe-reader.ts'
import { PipeWriter } from '../channel/pipe-writer.ts'
import { protocolVersion } from '../channel/protocol.ts'
import { readRunFile, workerDirectory } from '../channel/run-file.ts'
import { loadOptimizee } from './load-optimizee.ts'
import { isSimulationFailure } from './outcome.ts'
import { ownProvenance } from './provenance.ts'
import { bellOf, WorkerProgram } from './worker-program.ts'

/** The worker program: says who it is, loads the simulation, and simulates until it is to leave. */
async function main(directory: string, worker: number): Promise<void> {
  const begin = performance.now()
  const runFile = readRunFile(directory)
  const epoch = Number(process.env.TWOLOOP_EPOCH ?? 0)
  const hello = {
    type: 'hello',
    protocol: protocolVersion,
    run: runFile.run,
    worker,
    epoch,
    ...ownIdentity(),
    provenance: ownProvenance(),
  }
  const warningSignal = process.env.TWOLOOP_WARNING_SIGNAL
  for (const name of Object.keys(hiddenVariables(process.env))) delete process.env[name]
  const bell = bellOf(directory, worker, runFile)
  const writer = new PipeWriter(workerDirectory(directory, worker), 'from-worker', { hello, bell })
  process.setSourceMapsEnabled(true) // stack traces are to name the user's lines, not those of the bundle
  let optimizee: Optimizee
  try {
    optimizee = await loadOptimizee(join(directory, runFile.optimizee.module), runFile.optimizee.options)
  } catch (error) {
    writer.write({ type: 'refused', reason: `The optimizee does not load: ${(error as Error).message ?? error}` })
    throw error
  }
  const program = new WorkerProgram({ directory, worker, epoch, runFile, optimizee, writer, warningSignal })
  try {
    await program.open()
  } catch (error) {
    if (isSimulationFailure(error)) process.exit(1) // it has been told, and where it was thrown says nothing more
    throw error
  }
  writer.write({ type: 'ready', milliseconds: performance.now() - begin })
  try {
    await program.run()
  } catch (error) {
    if (error instanceof PipeDamaged) writer.write({ type: 'refused', reason: `${error.message}.` })
    throw error
  }
  process.exit(0)
}

const [directory, worker] = process.argv.slice(2)
if (directory === undefined || !/^\d+$/.test(worker ?? '')) {
  console.error('usage: worker.js RUN_DIRECTORY WORKER_NUMBER')
  process.exit(2)
}
void main(directory, Number(worker)) // a program that is compiled as a script awaits nothing
