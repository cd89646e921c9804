import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createOptimizer, optimizers } from '../../optimizers/index.ts'
import { type Order, orders, takesOrder } from '../../src/core/abilities.ts'
import { Design, Experiment, manual, type Optimizer, type State } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { openDatabase } from '../../src/system/database.ts'
import tenParameters from './ten-parameters.ts'

type Parameters = Record<string, number>

/** Designs are what others are compared with. */
const designs = ['design', 'grid-search']

/**
 * How large the record of every optimizer is, over that of the same individuals as a design, and what takes the difference:
 * `--optimizers cma-es,auto --orders ordered,arrival --evaluations 2000,20000`.
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
      evaluations: { type: 'string', default: '2000,20000' },
    },
  })
  const rows: unknown[] = []
  for (const evaluations of values.evaluations.split(',').map(Number)) {
    for (const type of values.optimizers.split(',')) {
      const { abilities } = optimizers[type as keyof typeof optimizers]
      for (const order of values.orders.split(',') as Order[]) {
        if (takesOrder(abilities, order)) rows.push(await measure(type, order, evaluations))
      }
    }
  }
  return { dimension: tenParameters.space.names.length, rows }
}

async function measure(type: string, order: Order, evaluations: number) {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    const optimizer = createOptimizer(tenParameters, { type, seed: 1, generations: Number.MAX_SAFE_INTEGER })
    const searched = await play(root, 'search', optimizer, order, evaluations)
    const points = pointsOf(searched)
    const design = await play(
      root,
      'design',
      new Design(tenParameters, { design: manual(tenParameters.space, points) }),
    )
    const [own, plain] = [sizesOf(searched), sizesOf(design)]
    const beyond = Object.entries(own.tables).flatMap(([table, bytes]) => {
      const more = bytes - (plain.tables[table] ?? 0)
      return Math.abs(more) >= plain.bytes / 200 ? [[table, rounded(more / plain.bytes)] as const] : []
    })
    return {
      optimizer: type,
      order,
      evaluations: points.length,
      bytes: own.bytes,
      bytesAsDesign: plain.bytes,
      ratio: rounded(own.bytes / plain.bytes),
      beyond: Object.fromEntries(beyond),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function play(
  root: string,
  name: string,
  optimizer: Optimizer<State, Parameters>,
  order: Order = 'generations',
  evaluations = Number.MAX_SAFE_INTEGER,
): Promise<string> {
  await using experiment = new Experiment({ root })
  const { directory } = await experiment.prepareExperiment({ name, runner: { workers: 2 } })
  await experiment.runExperiment(optimizer, tenParameters, { order, limits: { evaluations } })
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
