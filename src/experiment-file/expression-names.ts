import type { ASTNode } from '@marcbachmann/cel-js'
import { MissingResult, type Results } from '../core/constraints.ts'
import { nearest } from '../core/nearest.ts'
import { listed, show } from '../core/text.ts'

/** The names that an expression may use. */
export interface Known {
  readonly parameters: readonly string[]
  /** Those of them that may be absent. */
  readonly conditional: ReadonlySet<string>
  /** Why these are never there together, as a part of a sentence; undefined if they may be. */
  refuseTogether?(names: readonly string[]): string | undefined
  /** The values of those that have some which can be named. */
  readonly values?: ReadonlyMap<string, readonly unknown[]> | undefined
  readonly objectives: readonly string[]
  /** What a simulation gives beside the objectives; undefined where nobody has said so. */
  readonly outputs?: readonly string[] | undefined
}

/** What an expression is worked out of. */
export interface Scope {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly results: Results
}

export type Value = (scope: Scope) => unknown
export type Amount = (scope: Scope) => number

/** The names in one expression: what each stands for, and what a simulation or a condition has to do with them. */
export class ExpressionNames {
  readonly #text: string
  readonly #known: Known
  /** The named parameters that may be absent. */
  readonly #mayLack = new Set<string>()
  #areOfResults = false

  constructor(text: string, known: Known) {
    this.#text = text
    this.#known = known
  }

  /** Whether anything that a simulation gives has been named. */
  get areOfResults(): boolean {
    return this.#areOfResults
  }

  /** The same amount where all that is named applies, and nothing elsewhere. */
  whereApply(amount: Amount): Amount {
    const names = [...this.#mayLack]
    if (names.length === 0) return amount
    const never = this.#known.refuseTogether?.(names)
    if (never !== undefined) throw new RangeError(`${show(this.#text)} can never apply: ${never}`)
    return (scope) => (names.every((name) => scope.parameters[name] !== undefined) ? amount(scope) : 0)
  }

  /** A parameter or what the simulation gives; all of them are maps by the names `parameters` and `results`. */
  valueOf(name: string): Value {
    const { parameters, conditional, objectives, outputs } = this.#known
    if (conditional.has(name)) this.#mayLack.add(name)
    if (parameters.includes(name)) return ({ parameters }) => parameters[name]
    if (objectives.includes(name) || outputs?.includes(name) || (outputs === undefined && !isMap(name))) {
      this.#areOfResults = true
      return ({ results }) => {
        if (Object.hasOwn(results, name)) return results[name]
        throw this.missingResult(name, { results })
      }
    }
    if (name === 'parameters') return ({ parameters }) => parameters
    if (name === 'results') {
      this.#areOfResults = true
      return ({ results }) => results
    }
    throw new RangeError(this.#missing(name, [...objectives, ...(outputs ?? [])]))
  }

  /** The map of that name, unless a parameter is called so. */
  mapCalled(name: string): 'parameters' | 'results' | undefined {
    return isMap(name) && !this.#known.parameters.includes(name) ? name : undefined
  }

  /** What is named as `parameters.name` or `results["name"]` must be there, where it is known what is. */
  checkMember(map: 'parameters' | 'results', { op, args }: ASTNode): void {
    const key = op === '.' ? args[1] : op === '[]' && args[1].op === 'value' ? args[1].args : undefined
    if (typeof key !== 'string') return
    const { parameters, conditional, objectives, outputs } = this.#known
    const results = [...objectives, ...(outputs ?? [])]
    const isThere = map === 'parameters' ? parameters.includes(key) : outputs === undefined || results.includes(key)
    if (!isThere) throw new RangeError(this.#missing(key, results))
    if (map === 'parameters' && conditional.has(key)) this.#mayLack.add(key)
  }

  /** What a choice is compared with is one of its values: a text without quotes is taken for a name. */
  checkEqual(side: ASTNode, other: ASTNode): void {
    const values = side.op === 'id' ? this.#known.values?.get(side.args) : undefined
    if (side.op !== 'id' || values === undefined) return
    const { parameters, objectives, outputs = [] } = this.#known
    const isKnown = (name: string) => [...parameters, ...objectives, ...outputs].includes(name)
    if (other.op === 'id' && !isKnown(other.args) && values.every((value) => typeof value === 'string')) {
      const meant = values.includes(other.args) ? other.args : (nearest(other.args, values as string[]) ?? other.args)
      throw new RangeError(
        `${show(this.#text)} names ${other.args}, which is no parameter and no objective; a text stands in quotes (${show(meant)}), a result is results.${other.args}`,
      )
    }
    if (other.op !== 'value' || values.includes(plainValue(other.args))) return
    throw new RangeError(
      `${show(this.#text)} compares ${side.args} with ${show(plainValue(other.args))}, which it never is: its values are ${listed(values.map(show))}`,
    )
  }

  missingResult(name: string, { results }: Pick<Scope, 'results'>): MissingResult {
    return new MissingResult(name, this.#missing(name, Object.keys(results)))
  }

  #missing(name: string, results: readonly string[]): string {
    const names = [...new Set([...this.#known.parameters, ...results])]
    const meant = nearest(name, names)
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    return `${show(this.#text)} names ${name}${hint}, which is no parameter and no result; there are ${listed(names)}`
  }
}

const isMap = (name: unknown): name is 'parameters' | 'results' => name === 'parameters' || name === 'results'

/** Numbers are real ones, whatever they are in the language: 6 * width is meant as it stands. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) return Number(value)
  return value
}
