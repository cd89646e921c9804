import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Individual, Random } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import nothing from './nothing.ts'
import type { Cost, Reading } from './reading.ts'

const individuals = 200_000
const individualsPerGeneration = 1000

/** What it costs to read a run as a whole: every form of export and the analysis, against the canonical export. */
export async function benchExports(): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    makeRun(root)
    const measure = (what: Reading['what']) => read({ run: root, what, output: join(root, 'table') })
    const canonical = measure('canonical')
    const readings = Object.fromEntries(
      (['csv', 'ndjson', 'parquet', 'arrow', 'analysis'] as const).map((what) => {
        const reading = measure(what)
        return [what, { ...reading, ratio: reading.processorMs / canonical.processorMs }]
      }),
    )
    return { individuals, canonical, ...readings }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function read(reading: Reading): Cost {
  const program = fileURLToPath(new URL('./reading.js', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, [program, JSON.stringify(reading)], { encoding: 'utf8' }))
}

/** A record as a search leaves it, without the search. */
function makeRun(directory: string): void {
  const { space, objectives } = nothing
  const record = RecordWriter.openForWriting(directory)
  const random = Random.of(1, 'points')
  record.beginEpoch(1)
  record.writeProblem(space.names, objectives)
  record.writeManifest({
    optimizer: 'schedule',
    configuration: { parameters: structuredClone(space.definitions) as never },
  })
  for (let generation = 0; generation * individualsPerGeneration < individuals; generation++) {
    const points = Array.from({ length: individualsPerGeneration }, (_, index) => {
      const parameters = space.decode(space.samplePoint(random))
      return new Individual({ generation, index, replicate: 0 }, parameters, index)
    })
    record.addGeneration(
      generation,
      points.map((individual) => ({ individual: individual as Individual, after: 0 })),
    )
    const attempts = points.map((individual) => ({
      individual,
      epoch: 1,
      attempt: 1,
      worker: 1,
      verdict: 'accepted' as const,
      fitness: [individual.parameters.x ** 2 + individual.parameters.y ** 2],
    }))
    record.commit({ attempts, reports: [], positions: [] })
  }
  record.close()
}
