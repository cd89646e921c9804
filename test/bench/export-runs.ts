import { choice, Individual, integer, Objectives, Random, real, Space, when } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'

/** A run to be read as a whole: what its individuals look like, and how many there are. */
export interface ExportedRun {
  readonly individuals: number
  readonly replicates?: number
  readonly space: Space
  readonly outputs?: readonly string[]
}

const reals = (...names: readonly string[]) =>
  new Space<Record<string, unknown>>(names.map((name) => [name, real(-1, 1)] as const))

export const exportedRuns: Readonly<Record<string, ExportedRun>> = {
  plain: { individuals: 200_000, space: reals('x', 'y') },
  wide: {
    individuals: 40_000,
    space: reals(...Array.from({ length: 20 }, (_, i) => `p${i}`)),
    outputs: ['mean', 'variance', 'smallest', 'largest', 'steps'],
  },
  conditional: {
    individuals: 80_000,
    space: new Space<Record<string, unknown>>([
      ['solver', choice(['euler', 'rk4', 'implicit midpoint'])],
      ['steps', integer(1, 1000)],
      ['tolerance', when({ solver: ['rk4', 'implicit midpoint'] }, real(1e-9, 1e-3, { scale: 'log' }))],
      ['order', when({ solver: 'implicit midpoint' }, choice([1, 2, 4]))],
      ['x', real(-1, 1)],
    ]),
  },
  replicates: { individuals: 100_000, replicates: 10, space: reals('x', 'y') },
}

const individualsPerGeneration = 1000

/** A record as a search leaves it, without the search. */
export function makeRun(directory: string, { individuals, replicates = 1, space, outputs = [] }: ExportedRun): void {
  const record = RecordWriter.openForWriting(directory)
  const random = Random.of(1, 'points')
  record.beginEpoch(1)
  record.writeProblem(space.names, new Objectives({ cost: 'minimize' }))
  record.writeManifest({
    optimizer: 'schedule',
    configuration: { parameters: structuredClone(space.definitions) as never },
  })
  for (let generation = 0; generation * individualsPerGeneration < individuals; generation++) {
    const simulations = Array.from({ length: individualsPerGeneration / replicates }, (_, index) => {
      const point = space.decode(space.samplePoint(random))
      return Array.from(
        { length: replicates },
        (_, replicate) => new Individual({ generation, index, replicate }, point, index * replicates + replicate),
      )
    }).flat()
    record.addGeneration(
      generation,
      simulations.map((individual) => ({ individual: individual as Individual, after: 0 })),
    )
    const attempts = simulations.map((individual) => ({
      individual,
      epoch: 1,
      attempt: 1,
      worker: 1,
      verdict: 'accepted' as const,
      fitness: [random.uniform()],
      outputs: outputs.length > 0 ? Object.fromEntries(outputs.map((name) => [name, random.uniform()])) : undefined,
    }))
    record.commit({ attempts, reports: [], positions: [] })
  }
  record.close()
}
