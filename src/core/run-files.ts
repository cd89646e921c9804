/** The names of everything in a run directory; what is not among them was put there by somebody else. */
export const runFiles = {
  /** The SQLite file that is the record, and what readers get where only one process may have it open. */
  record: 'trajectory.sqlite',
  recordCopy: 'trajectory-copy.sqlite',
  /** What every worker must know. */
  run: 'run.json',
  /** Settings of the command line whose values others may not read. */
  sealedSettings: 'settings.json',
  /** The simulation's code, bundled. */
  optimizee: 'optimizee.mjs',
  /** Says that the runner lives. */
  heart: 'runner.heart',
  /** Who has the run. */
  lease: 'lease',
  /** A folder for each worker process, and for each job that brings workers. */
  workers: 'workers',
  pilots: 'pilots',
  /** A file for each node, in which its workers say that they have written. */
  bells: 'bells',
  /** A folder for each individual that asked for one. */
  individuals: 'individuals',
  /** A folder for each individual that has left a checkpoint, in it one for each attempt. */
  checkpoints: 'checkpoints',
  /** What the individuals of each generation printed, packed. */
  logs: 'logs',
  /** Where a new run's record is made, and where it lies when it is whole. */
  making: 'making',
  made: 'made',
} as const

/**
 * Where an attempt leaves its checkpoint, from the run directory on. Each has a place of its own: that of the attempt which
 * decided the evaluation is the one that others go on from, whatever the others wrote.
 */
export function checkpointOf(individual: string, epoch: number, attempt: number): string {
  return `${runFiles.checkpoints}/${individual}/${epoch}.${attempt}`
}

/** The file with what is shared by all simulations of a run; its name says its content. */
export function snapshotName(hash: string): string {
  return `snapshot-${hash}.msgpack`
}

const names: ReadonlySet<string> = new Set(Object.values(runFiles))

/** Whether a run directory may hold something of that name: SQLite writes beside its files, and files are made beside. */
export function isRunFile(name: string): boolean {
  return names.has(name) || /^(snapshot-\w+\.msgpack|trajectory(-copy)?\.sqlite.*|.*\.tmp)$/.test(name)
}
