import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureCause } from '../../src/core/evaluation.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { eventually, processesNaming } from '../processes.ts'
import { search } from '../search.ts'
import type { Cluster } from './cluster.ts'

const size = { populationSize: 8, generations: 6 }

/** The canonical export of the search that nothing happens to, on this machine. */
export async function undisturbedExport({ common }: Cluster): Promise<string> {
  const root = join(common, 'undisturbed')
  const options = { journal: join(common, 'undisturbed.txt'), takes: 0 }
  return (await search({ ...size, root, optimizee: 'on-cluster', options })).canonical
}

/** A search whose individual 0.2 is held until there is a file `until`. */
export function held(directory: string) {
  return {
    ...size,
    root: directory,
    optimizee: 'on-cluster',
    options: { journal: join(directory, 'journal'), takes: 100, special: '0.2', until: join(directory, 'until') },
    runner: { launcher: 'srun', workers: 3, heartbeatTimeout: '4s', drain: '2s', grace: '20s' },
  }
}

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
  await eventually(() => place() !== undefined && openWorkers(directory) === 3, 'three workers are there', 40_000)
  return place()!
}

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
