import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureCause } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../src/core/objectives.ts'
import { real, space } from '../../src/core/space.ts'
import { RecordWriter } from '../../src/record/writer.ts'

export interface WrittenRun {
  readonly name: string
  readonly generations: number
  readonly populationSize: number
  readonly objectives?: ObjectiveMap
  /** Named parameters from 0 to 1. */
  readonly parameters?: readonly string[]
  readonly status?: string
  /** What comes of an individual. */
  readonly evaluate?: (x: readonly number[], generation: number, index: number) => readonly number[] | FailureCause
  /** Where an individual is put that would be elsewhere. */
  readonly moved?: (x: readonly number[], generation: number) => readonly number[]
  readonly milliseconds?: number
  readonly reports?: number
  /** Individuals go to them in turn. */
  readonly workers?: number
  /** How many times each point is simulated; all of them are told together. */
  readonly replicates?: number
  /** Whether a design repeats them of its own accord, each time an individual to it. */
  readonly isDesign?: boolean
  /** How much of the budget, of which 9 epochs are the whole, an individual has. */
  readonly epochs?: (generation: number, index: number) => number
}

const began = Date.UTC(2026, 0, 1)

/** The record of a search of which nothing was simulated: written as a runner writes it, row by row, of any size. */
export function writeRun(root: string, run: WrittenRun): string {
  const { name, generations, populationSize, parameters = ['x', 'y'], objectives = { cost: 'minimize' } } = run
  const {
    status = 'finished',
    milliseconds = 40,
    reports = 0,
    evaluate = bowl,
    moved = (x) => x,
    workers = 1,
    replicates = 1,
    isDesign = false,
    epochs,
  } = run
  const directory = join(root, name)
  mkdirSync(directory, { recursive: true })
  const record = RecordWriter.openForWriting(directory)
  const budget = { name: 'epochs', low: 1, high: 9 }
  const replications = { count: replicates, aggregate: 'mean', quantile: null, seeds: 'own' } as const
  record.writeProblem(parameters, new Objectives(objectives), {
    ...(epochs && { budget }),
    ...(replicates > 1 && !isDesign && { replications }),
  })
  if (replicates > 1 && !isDesign) record.numberTold(({ generation, index }) => generation * populationSize + index)
  const { definitions } = space(Object.fromEntries(parameters.map((parameter) => [parameter, real(0, 1)])))
  record.writeManifest({
    ...{
      name,
      status,
      optimizer: isDesign ? 'design' : 'genetic-algorithm',
      seed: 1,
      generationLimit: generations,
      host: 'node1',
    },
    ...{ created: new Date(began).toISOString(), order: 'generations', epoch: 1, run: name },
    configuration: { parameters: JSON.parse(JSON.stringify(definitions)) },
  })
  const numbers = Array.from({ length: workers }, () => record.addWorker('local'))
  for (let generation = 0; generation < generations; generation++) {
    const individuals = Array.from({ length: populationSize * replicates }, (_, row) => {
      const index = Math.floor(row / replicates)
      const spread = 1 / (1 + generation / 4)
      const point = moved(
        parameters.map((_, axis) => 0.3 + spread * (pseudo(generation, index, axis) - 0.3)),
        generation,
      )
      const values = Object.fromEntries(parameters.map((parameter, axis) => [parameter, point[axis]]))
      const id = { generation, index, replicate: row % replicates }
      const continues = generation === 0 ? undefined : { ...id, generation: generation - 1 }
      const share = epochs ? { budget: epochs(generation, index), continues } : {}
      return { point, individual: new Individual(id, values, 1000 + index, share) }
    })
    record.addGeneration(
      generation,
      individuals.map(({ individual }) => ({
        individual,
        after: generation * populationSize,
        origin: {
          operator: 'mutation',
          parents: generation === 0 ? [] : [{ generation: generation - 1, index: 0, replicate: 0 }],
        },
      })),
    )
    const attempts = individuals.map(({ point, individual }, index) => {
      const came = evaluate(point, generation, index)
      const start = began + Math.floor((generation * populationSize + index) / workers) * milliseconds
      const worker = numbers[index % workers]!
      const timed = { epoch: 1, attempt: 1, worker, milliseconds, began: start, ended: start + milliseconds }
      const outcome = 'kind' in came ? { cause: came } : { fitness: came }
      return { individual, verdict: 'accepted' as const, ...timed, ...outcome }
    })
    const reported = individuals.flatMap(({ individual, point }) =>
      Array.from({ length: reports }, (_, step) => ({
        individual,
        attempt: 1,
        step,
        value: point[0]! + 1 / (1 + step),
      })),
    )
    record.commit({ attempts, reports: reported, positions: [] })
  }
  record.close()
  return directory
}

function bowl(x: readonly number[]): number[] {
  return [x.reduce((sum, value, axis) => sum + (value - 0.3) ** 2 / 4 ** axis, 0.01)]
}

/** From 0 to 1, scattered, and the same every time. */
function pseudo(generation: number, index: number, axis: number): number {
  const value = Math.sin(generation * 12.9898 + index * 78.233 + axis * 37.719) * 43_758.5453
  return value - Math.floor(value)
}
