import { aList, checkArgument, refuseSurplus } from './options.ts'
import { listed, show } from './text.ts'

/**
 * What is asked of parameters, or of what a simulation gives, beside the objectives. It gives by how much it is violated:
 * it is kept where that is not above 0.
 *
 * - `of: 'parameters'` is decided before anything is simulated: whatever violates it never is;
 * - `of: 'results'` is decided by objectives and outputs, by their names.
 *
 * @example { name: 'slender', of: 'parameters', violation: ({ height, width }) => height - 6 * width }
 * @example { name: 'strong', of: 'results', violation: ({ stress }) => Number(stress) - 160 }
 */
export type Constraint<P = Record<string, unknown>> = ParameterConstraint<P> | ResultConstraint<P>

export interface ParameterConstraint<P = Record<string, unknown>> {
  readonly name: string
  readonly of: 'parameters'
  violation(parameters: P): number
}

export interface ResultConstraint<P = Record<string, unknown>> {
  readonly name: string
  readonly of: 'results'
  violation(results: Results, parameters: P): number
}

/** Objectives and outputs by their names. */
export type Results = Readonly<Record<string, unknown>>

/** Thrown by a constraint that asks for what a simulation has not given: most likely, it never will. */
export class MissingResult extends RangeError {
  readonly missing: string

  constructor(missing: string, sentence: string) {
    super(sentence)
    this.missing = missing
  }
}

/** The constraints of a problem, in their order. */
export class Constraints<P = Record<string, unknown>> {
  readonly names: readonly string[]
  readonly #all: readonly Constraint<P>[]
  readonly #ofParameters: readonly ParameterConstraint<P>[]

  constructor(constraints: readonly Constraint<P>[] = [], ...surplus: readonly never[]) {
    refuseSurplus('Constraints', 1, surplus, '; they stand in one list')
    checkArgument('Constraints', 'the constraints', constraints, aList)
    constraints.forEach(check)
    this.#all = constraints
    this.names = constraints.map(({ name }) => name)
    const twice = this.names.find((name, i) => this.names.indexOf(name) < i)
    if (twice !== undefined) throw new RangeError(`constraints need names that differ, got ${show(twice)} twice`)
    this.#ofParameters = constraints.filter((constraint) => constraint.of === 'parameters')
  }

  get size(): number {
    return this.#all.length
  }

  /** Whether some are decided before anything is simulated. */
  get constrainParameters(): boolean {
    return this.#ofParameters.length > 0
  }

  /** By how much parameters violate those constraints that are theirs alone; 0 if they keep them all. */
  violationBy(parameters: P): number {
    let sum = 0
    for (const constraint of this.#ofParameters) sum += Math.max(0, amountOf(constraint, parameters))
    return Math.min(sum, Number.MAX_VALUE)
  }

  /** What is wrong with parameters, as the end of a sentence; undefined if they keep those constraints that are theirs alone. */
  refuse(parameters: P): string | undefined {
    for (const constraint of this.#ofParameters) {
      const by = amountOf(constraint, parameters)
      if (by > 0)
        return `violates the constraint ${show(constraint.name)} ${by < Number.MAX_VALUE ? `by ${by}` : 'beyond measure'}`
    }
    return undefined
  }

  /**
   * A number for each constraint, which is kept where that is not above 0.
   *
   * @throws RangeError if one gives no number; MissingResult if that is since results lack what it asks for
   */
  judge(parameters: P, results: Results): number[] {
    return this.#all.map((constraint) => {
      if (constraint.of === 'parameters') return amountOf(constraint, parameters)
      try {
        return amount(constraint, constraint.violation(results, parameters))
      } catch (error) {
        throw missingResult(constraint, results, parameters) ?? error
      }
    })
  }
}

/** By how much constraints are violated, taken together; 0 if they are kept. */
export function violationOf(amounts: readonly number[]): number {
  const sum = amounts.reduce((sum, amount) => sum + Math.max(0, amount), 0)
  return Math.min(sum, Number.MAX_VALUE)
}

/** How much a constraint is violated; where it is no number, as a root of what is negative, nothing violates it more. */
function amountOf<P>(constraint: ParameterConstraint<P>, parameters: P): number {
  const violation = constraint.violation(parameters)
  return Number.isNaN(violation) ? Number.MAX_VALUE : amount(constraint, violation)
}

function amount({ name }: { readonly name: string }, given: unknown): number {
  if (typeof given === 'number' && !Number.isNaN(given)) {
    return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, given)) + 0
  }
  throw new RangeError(`the constraint ${show(name)} needs a number by which it is violated, got ${show(given)}`)
}

/**
 * A function that asks for what is not there gets undefined, and fails in its own way: so it is watched while it asks again,
 * and is given something in its place. If that is no help, it failed for another reason.
 */
function missingResult<P>(
  { name, violation }: ResultConstraint<P>,
  results: Results,
  parameters: P,
): MissingResult | undefined {
  let missing: string | undefined
  const watched = new Proxy(results, {
    get: (target, key) => {
      if (typeof key !== 'string' || Object.hasOwn(target, key)) return Reflect.get(target, key)
      missing ??= key
      return something
    },
  })
  let isJudged = false
  try {
    isJudged = !Number.isNaN(violation(watched, parameters))
  } catch (error) {
    if (error instanceof MissingResult) return error
  }
  if (!isJudged || missing === undefined) return undefined
  const found = listed(Object.keys(results))
  return new MissingResult(missing, `the constraint ${show(name)} asks for ${missing}, and the results are ${found}`)
}

/** Counts as 0, and so does all that is in it or comes of it. */
const something: unknown = new Proxy(() => something, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : something),
})

function check(given: Constraint<never>, i: number): void {
  if (typeof given !== 'object' || given === null) {
    const hint = typeof given === 'string' ? '; expressions stand under optimizee.constraints of an experiment' : ''
    throw new RangeError(`constraint ${i} needs { name, of, violation }, got ${show(given)}${hint}`)
  }
  const { name, of, violation } = given as Partial<Constraint<never>>
  const which = `constraint ${typeof name === 'string' ? show(name) : i}`
  if (typeof name !== 'string' || name === '') throw new RangeError(`${which} needs a name, got ${show(name)}`)
  if (of !== 'parameters' && of !== 'results') {
    throw new RangeError(`${which} needs to be of: 'parameters' or 'results', got ${show(of)}`)
  }
  if (typeof violation !== 'function') {
    throw new RangeError(`${which} needs a function violation that gives a number, got ${show(violation)}`)
  }
}
