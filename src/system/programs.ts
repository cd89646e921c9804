import { ownProgram } from './own-parts.ts'

/** The program that every worker runs. */
export function workerProgram(): string {
  return ownProgram('runtime/worker/worker.js')
}

/** The thread in which the heart of a runner or a worker beats. */
export function heartThreadProgram(): string {
  return ownProgram('runtime/channel/heart-thread.js')
}

/** The program that holds workers in a batch job. */
export function pilotProgram(): string {
  return ownProgram('runtime/slurm/pilot.js')
}

/** The program that calls the thunk of an experiment of a grid. */
export function thunkProgram(): string {
  return ownProgram('src/batch/grid/thunk-program.js')
}

/** The second process of a look at a directory. */
export function doctorPartnerProgram(): string {
  return ownProgram('src/doctor/partner.js')
}
