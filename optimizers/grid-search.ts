import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked } from '../src/core/algorithm.ts'
import { leavesOf, valueFromLeaves } from '../src/core/leaves.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { checkProblem, commonSettings, Optimizer } from '../src/core/optimizer.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import type { Space } from '../src/core/space.ts'
import { digitsOf } from './designs/factors.ts'
import { Design, type DesignState, fullFactorial } from './designs/index.ts'
import { withoutRounding } from './designs/levels.ts'

const settings = z.strictObject({
  seed: commonSettings.seed,
  generations: z.int().min(1).optional().describe('How many generations to play at most; all of the grid by default'),
  paramGrid: z
    .record(z.string(), z.tuple([z.number(), z.number(), z.int().min(1)]))
    .default({})
    .describe(
      'For each parameter the lowest and the highest value and the number of steps between them, for every element of a ' +
        'vector; choices and booleans have all their values, numbers that are not named 3 steps over their range',
    ),
  chunk: z.int().min(1).default(10_000).describe('How many individuals a generation has at most'),
})

type Settings = z.output<typeof settings>

/** Grid search in L2L's words: it is the full factorial design of evenly spaced values, ends included. */
export class GridSearch<P = Record<string, unknown>> extends Optimizer<DesignState, P, Settings> {
  static readonly type = 'grid-search'
  static readonly summary =
    "Simulates all combinations of evenly spaced values: the full factorial design in L2L's words"
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'generation',
    searches: false,
  } as const

  readonly #design: Design<P>

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    checkProblem(GridSearch.type, problem)
    const { paramGrid, ...playing } = parseSettings(settings, given, 'optimizer')
    const values = Object.fromEntries(
      Object.entries(paramGrid).map(([name, axis]) => [name, valuesOf(problem.space, name, axis)] as const),
    )
    const design = new Design(problem, {
      ...playing,
      design: fullFactorial<unknown>(problem.space as Space<unknown>, { values, levels: usualSteps + 1 }) as never,
    })
    super(problem, { ...playing, paramGrid }, ...surplus)
    this.#design = design
  }

  override get populationSize(): number {
    return this.#design.populationSize
  }

  override get allGenerations(): number {
    return this.#design.allGenerations
  }

  override generationSize(state: DesignState): number {
    return this.#design.generationSize(state)
  }

  override start(): DesignState {
    return this.#design.start()
  }

  override ask(state: DesignState): Asked<DesignState, P> {
    return this.#design.ask(state)
  }

  override tell(state: DesignState): DesignState {
    return this.#design.tell(state)
  }

  override announce(): string {
    return this.#design.announce()
  }

  override summarize(state: DesignState): Readonly<Record<string, unknown>> {
    return this.#design.summarize(state)
  }
}

/** The values of one parameter: steps + 1 of a number, all combinations of them of a vector. */
function valuesOf(
  { definitions }: Pick<Space, 'definitions'>,
  name: string,
  [low, high, steps]: readonly [number, number, number],
): unknown[] {
  const axis = Array.from({ length: steps + 1 }, (_, i) =>
    i === steps ? high : withoutRounding(low + ((high - low) * i) / steps, low, high),
  )
  const definition = definitions.find(([known]) => known === name)?.[1]
  if (definition === undefined) return axis // is refused with the names that there are
  const factors = leavesOf(definition).map(() => ({ count: axis.length }))
  const size = axis.length ** factors.length
  if (size > mostValues) {
    throw new SettingsError(
      `optimizer: paramGrid.${name} needs at most ${mostValues} combinations of its ${factors.length} elements, got ${size}`,
    )
  }
  return Array.from({ length: size }, (_, i) =>
    valueFromLeaves(
      definition,
      digitsOf(i, factors).map((digit) => axis[digit]!),
    ),
  )
}

const mostValues = 1_000_000
const usualSteps = 3
