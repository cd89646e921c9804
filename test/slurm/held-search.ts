import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll } from 'vitest'
import type { FailureCause } from '../../src/core/evaluation.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { eventually, processesNaming } from '../processes.ts'
import { search } from '../search.ts'
import { type Cluster, clusterOfFile, slurm } from './cluster.ts'

const size = { populationSize: 8, generations: 6 }

/** The cluster of a file whose tests break it, mended after each, and the export of the search that nothing happens to. */
export function clusterOfFaults(settings?: Readonly<Record<string, string>>): {
  readonly cluster: Cluster
  readonly undisturbed: () => string
} {
  const cluster = clusterOfFile(settings)
  let undisturbed = ''
  beforeAll(async () => {
    if (!slurm) return
    const options = { journal: join(cluster.common, 'undisturbed.txt'), takes: 0 }
    const root = join(cluster.common, 'undisturbed')
    undisturbed = (await search({ ...size, root, optimizee: 'on-cluster', options })).canonical
  })
  afterEach(() => {
    if (slurm) cluster.mend()
  })
  return { cluster, undisturbed: () => undisturbed }
}

/**
 * A search whose individual 0.2 is held until there is a file `until`. Only who waits for the silence of a worker sets
 * `heartbeatTimeout`: a slow machine is not to make others silent.
 */
export function held(directory: string, runner: object = {}) {
  return {
    ...size,
    root: directory,
    optimizee: 'on-cluster',
    // So long that no worker holds others in advance, which would wait behind 0.2.
    options: { journal: join(directory, 'journal'), takes: 100, special: '0.2', until: join(directory, 'until') },
    runner: { launcher: 'srun', workers: 3, drain: '2s', grace: '10m', ...runner },
  }
}

/** Has no simulation of a generation and those that follow end until there is a file `gate`. */
export function gated(search: ReturnType<typeof held>, gatedFrom: number) {
  return { ...search, options: { ...search.options, gate: join(search.root, 'gate'), gatedFrom } }
}

/** Lets individual 0.2 end. */
export const release = (directory: string) => writeFileSync(join(directory, 'until'), '')
/** Lets those end that are held at the gate. */
export const openGate = (directory: string) => writeFileSync(join(directory, 'gate'), '')

export interface Place {
  readonly name: string
  readonly node: string
  readonly pid: string
  /** As Slurm calls it: JOB.STEP. */
  readonly step: string
}

export function journalOf(directory: string): Place[] {
  const journal = join(directory, 'journal')
  if (!existsSync(journal)) return []
  const lines = readFileSync(journal, 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [name, node, pid, step] = line.split(' ')
    return { name: name!, node: node!, pid: pid!, step: step! }
  })
}

/** Where individual 0.2 is simulated, once it is and the two other workers are at work as well. */
export async function placeOf(directory: string): Promise<Place> {
  const place = () => journalOf(directory).find(({ name }) => name === '0.2')
  await eventually(() => place() !== undefined && openWorkers(directory) === 3, 'three workers are there')
  return place()!
}

/** Waits until individual 0.2 alone keeps the first generation from being done. */
export async function allButOneDone(directory: string): Promise<void> {
  const isBegun = () => timesBegun(directory, '0.2') > 0
  const isSo = () => isBegun() && summarizeRun(join(directory, 'run'), { hash: false }).evaluations.done === 7
  await eventually(isSo, 'all but one of a generation are done', undefined, 200)
}

/** How often an individual, or any of those whose names begin so, was begun to be simulated. */
export function timesBegun(directory: string, name: string): number {
  return journalOf(directory).filter((place) => place.name.startsWith(name)).length
}

/** What became of individual 0.2. */
export function attemptsAt(directory: string) {
  return inRecord(directory, (record) =>
    record.attemptsOf({ generation: 0, index: 2, replicate: 0 }).map(({ verdict, cause }) => ({
      verdict,
      cause: cause === null ? undefined : (JSON.parse(cause) as FailureCause),
    })),
  )
}

export function placesIn(directory: string): Readonly<Record<string, string>>[] {
  return inRecord(directory, (record) => record.workers().map(({ provenance }) => JSON.parse(provenance)))
}

export function openWorkers(directory: string): number {
  return inRecord(directory, (record) => record.workers().filter(({ ended, pid }) => ended === null && pid > 0)).length
}

export function reasonOf(directory: string): unknown {
  return inRecord(directory, (record) => record.manifest().reason)
}

export function epochOf(directory: string): unknown {
  return inRecord(directory, (record) => record.manifest().epoch)
}

function inRecord<T>(directory: string, read: (record: RecordReader) => T): T {
  const record = RecordReader.openForReading(join(directory, 'run'))
  try {
    return read(record)
  } finally {
    record.close()
  }
}

/** Whether srun has said so of any worker. */
export function saysThat(directory: string, what: RegExp): boolean {
  const workers = join(directory, 'run/workers')
  return readdirSync(workers)
    .map((worker) => join(workers, worker, 'srun.txt'))
    .some((path) => existsSync(path) && what.test(readFileSync(path, 'utf8')))
}

export function workersIn(directory: string) {
  return processesNaming(directory).filter(({ command }) => /worker\.js/.test(command) && !/srun|salloc/.test(command))
}
