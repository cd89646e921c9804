import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createOptimizer, optimizers } from '../../optimizers/index.ts'
import { type Order, orders, takesOrder } from '../../src/core/abilities.ts'
import { Design, Experiment, manual, type Optimizer, type State } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { openDatabase } from '../../src/system/database.ts'
import curvedValley from './curved-valley.ts'

type Parameters = Record<string, number>

/** Designs are what others are compared with. */
const designs = ['design', 'grid-search']

/**
 * How large the record of every optimizer is, over that of the same individuals as a design, and what takes the difference:
 * `--optimizers cma-es,auto --orders generations,ordered --individuals 500,2000 --dimensions 2,10,50`. `checkpoints` and
 * `generations` are the parts of the record as a design that these tables take.
 */
export async function benchRecords(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      optimizers: {
        type: 'string',
        default: Object.keys(optimizers)
          .filter((type) => !designs.includes(type))
          .join(','),
      },
      orders: { type: 'string', default: orders.join(',') },
      individuals: { type: 'string', default: '2000' },
      dimensions: { type: 'string', default: '10' },
    },
  })
  const rows: unknown[] = []
  for (const dimension of values.dimensions.split(',').map(Number)) {
    for (const individuals of values.individuals.split(',').map(Number)) {
      for (const type of values.optimizers.split(',')) {
        const { abilities } = optimizers[type as keyof typeof optimizers]
        for (const order of values.orders.split(',') as Order[]) {
          if (!takesOrder(abilities, order)) continue
          const row = await measure({ type, order, dimension, individuals })
          console.error(JSON.stringify(row)) // the whole may take an hour
          rows.push(row)
        }
      }
    }
  }
  return { rows }
}

interface Measured {
  readonly type: string
  readonly order: Order
  readonly dimension: number
  readonly individuals: number
}

async function measure({ type, order, dimension, individuals }: Measured) {
  const problem = curvedValley({ dimension })
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    const optimizer = createOptimizer(problem, { type, seed: 1, generations: Number.MAX_SAFE_INTEGER })
    const began = performance.now()
    const searched = await play(root, 'search', { problem, optimizer, order, evaluations: individuals })
    const seconds = (performance.now() - began) / 1000
    const points = pointsOf(searched)
    const listed = new Design(problem, { design: manual(problem.space, points) })
    const design = await play(root, 'design', { problem, optimizer: listed })
    const [own, plain] = [sizesOf(searched), sizesOf(design)]
    const beyond = Object.entries(own.tables).flatMap(([table, bytes]) => {
      const more = bytes - (plain.tables[table] ?? 0)
      return Math.abs(more) >= plain.bytes / 200 ? [[table, rounded(more / plain.bytes)] as const] : []
    })
    return {
      optimizer: type,
      order,
      dimension,
      individuals: points.length,
      seconds: Math.round(seconds),
      bytes: own.bytes,
      bytesAsDesign: plain.bytes,
      ratio: rounded(own.bytes / plain.bytes),
      beyond: Object.fromEntries(beyond),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

interface Play {
  readonly problem: ReturnType<typeof curvedValley>
  readonly optimizer: Optimizer<State, Parameters>
  readonly order?: Order
  readonly evaluations?: number
}

async function play(
  root: string,
  name: string,
  { problem, optimizer, order = 'generations', evaluations = Number.MAX_SAFE_INTEGER }: Play,
): Promise<string> {
  await using experiment = new Experiment({ root })
  const { directory } = await experiment.prepareExperiment({ name, runner: { workers: 2 } })
  await experiment.runExperiment(optimizer, problem, { order, limits: { evaluations } })
  await experiment.endExperiment(optimizer)
  return directory
}

function pointsOf(directory: string): Parameters[] {
  const record = RecordReader.openForReading(directory)
  const points = [...record.rows()].map(({ parameters }) => JSON.parse(parameters) as Parameters)
  record.close()
  return points
}

/** The bytes of a record, and of each of its tables. */
function sizesOf(directory: string): { bytes: number; tables: Record<string, number> } {
  const path = join(directory, 'trajectory.sqlite')
  const database = openDatabase(path, { readonly: true })
  const rows = database
    .prepare<{ name: string; bytes: number }>('select name, sum(pgsize) as bytes from dbstat group by name')
    .all()
  const free = database.pragma('freelist_count', { simple: true }) as number
  const page = database.pragma('page_size', { simple: true }) as number
  database.close()
  return {
    bytes: statSync(path).size,
    tables: { ...Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes])), free: free * page },
  }
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000
}
