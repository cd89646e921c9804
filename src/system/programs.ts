import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The program that every worker runs. */
export function workerProgram(): string {
  return builtProgram('runtime/worker/worker.js')
}

/** The thread in which the heart of a runner or a worker beats. */
export function heartThreadProgram(): string {
  return builtProgram('runtime/channel/heart-thread.js')
}

/** The program that holds workers in a batch job. */
export function pilotProgram(): string {
  return builtProgram('runtime/slurm/pilot.js')
}

/** The program that calls the thunk of an experiment of a grid. */
export function thunkProgram(): string {
  return builtProgram('src/batch/grid/thunk-program.js')
}

/** The second process of a look at a directory. */
export function doctorPartnerProgram(): string {
  return builtProgram('src/doctor/partner.js')
}

/** A program of this package in its built form, also for who runs the package from source. */
function builtProgram(path: string): string {
  const worker = createRequire(import.meta.url).resolve('twoloop/worker') // dist/runtime/worker/worker.js
  return join(worker, '..', '..', '..', path)
}
