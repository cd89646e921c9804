import type { Individual } from '../../src/core/individual.ts'
import type { ExplainedContext } from '../../src/core/optimizee.ts'

/** What placeholders stand for beside parameters. */
export const reserved = ['seed', 'generation', 'index', 'attempt', 'worker', 'directory', 'parameters'] as const
type Reserved = (typeof reserved)[number]

/** What they stand for where an individual may be given a part of the simulation. */
export const reservedByBudget = ['budget', 'restore', 'checkpoint'] as const

function isReserved(name: string): name is Reserved {
  return (reserved as readonly string[]).includes(name)
}

/** What the placeholders stand for in one attempt; the directory is made when it is first asked for. */
export class Values {
  readonly #individual: Individual
  readonly #context: ExplainedContext
  readonly #seedsBelow: number | undefined
  readonly #given: Readonly<Record<string, unknown>>
  #directory: string | undefined

  /** @param given the parameters as one JSON object has them: with what names stand for */
  constructor(
    individual: Individual,
    context: ExplainedContext,
    seedsBelow: number | undefined,
    given: Readonly<Record<string, unknown>>,
  ) {
    this.#individual = individual
    this.#context = context
    this.#seedsBelow = seedsBelow
    this.#given = given
  }

  /** The individual's directory, if anybody has asked for it. */
  get directory(): string | undefined {
    return this.#directory
  }

  get parameters(): Readonly<Record<string, unknown>> {
    return this.#individual.parameters
  }

  readonly of = (placeholder: string): string => {
    const individual = this.#individual
    const told = individual.budget === undefined ? undefined : this.#ofBudget(placeholder, individual.budget)
    if (told !== undefined) return told
    if (!isReserved(placeholder)) return argumentOf(individual.parameters[placeholder])
    switch (placeholder) {
      case 'seed':
        return String(this.#seedsBelow === undefined ? individual.seed : individual.seed % this.#seedsBelow)
      case 'generation':
        return String(individual.generation)
      case 'index':
        return String(individual.index)
      case 'attempt':
        return String(this.#context.attempt)
      case 'worker':
        return process.env.TWOLOOP_WORKER ?? '0' // as when an individual is tried or replayed in the command itself
      case 'directory':
        this.#directory ??= this.#context.directory()
        return this.#directory
      case 'parameters':
        return JSON.stringify(this.#given)
    }
  }

  #ofBudget(placeholder: string, budget: number): string | undefined {
    switch (placeholder) {
      case 'budget':
        return String(budget)
      case 'restore':
        return this.#context.restore() ?? ''
      case 'checkpoint':
        return this.#context.checkpoint()
      default:
        return undefined
    }
  }

  /** The same for programs that look into their environment. */
  get environment(): Readonly<Record<string, string | undefined>> {
    return {
      TWOLOOP_GENERATION: this.of('generation'),
      TWOLOOP_INDEX: this.of('index'),
      TWOLOOP_SEED: this.of('seed'),
      TWOLOOP_ATTEMPT: this.of('attempt'),
      TWOLOOP_DIRECTORY: this.#directory,
      ...(this.#individual.budget !== undefined && {
        TWOLOOP_BUDGET: this.of('budget'),
        TWOLOOP_RESTORE: this.#context.restore(),
        TWOLOOP_CHECKPOINT: this.#context.checkpoint(),
      }),
    }
  }
}

function argumentOf(value: unknown): string {
  if (typeof value === 'number' && value < 0) return withoutExponent(String(value))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Python's argparse takes `-7.6e-7` for an option, and `-0.00000076` for a number. */
function withoutExponent(text: string): string {
  const parts = /^-(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!parts) return text
  const [, whole = '', fraction = '', exponent] = parts
  const digits = whole + fraction
  const point = 1 + Number(exponent)
  if (point <= 0) return `-0.${'0'.repeat(-point)}${digits}`
  return `-${digits.padEnd(point, '0')}` // an exponent is printed of numbers from 1e21, which have no fraction
}
