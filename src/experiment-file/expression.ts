import type { ASTNode } from '@marcbachmann/cel-js'
import { type Constraint, MissingResult, type Results } from '../core/constraints.ts'
import { nearest } from '../core/nearest.ts'
import { listed, show } from '../core/text.ts'
import { parseExpression } from './expression-syntax.ts'

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

/**
 * A constraint from an expression in the Common Expression Language: `height <= 6 * width && solver != "euler"`. All numbers
 * are real, whole ones as well: `width / 2` is half of it. By how much a comparison is violated is the difference of its
 * sides; of several that are to hold, the sum; of several of which one is to hold, the least. What names a parameter that
 * does not apply is kept.
 *
 * @throws RangeError if it is none, with the position and what was expected, or if it names what is not there
 */
export function constraintFrom(text: string, known: Known): Constraint {
  const reading = new Reading(text, known)
  const violation = reading.whereApplies(reading.amount(parseExpression(text), true))
  return reading.isOfResults
    ? { name: text, of: 'results', violation: (results, parameters) => violation({ parameters, results }) }
    : { name: text, of: 'parameters', violation: (parameters) => violation({ parameters, results: {} }) }
}

interface Scope {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly results: Results
}

type Value = (scope: Scope) => unknown
type Amount = (scope: Scope) => number

/** Reads one expression; knows then whether it names anything that a simulation gives. */
class Reading {
  readonly #text: string
  readonly #known: Known
  /** The parameters that it names and that may be absent. */
  readonly #mayLack = new Set<string>()
  isOfResults = false

  constructor(text: string, known: Known) {
    this.#text = text
    this.#known = known
  }

  /** The same where all that it names applies, and nothing elsewhere. */
  whereApplies(amount: Amount): Amount {
    const names = [...this.#mayLack]
    if (names.length === 0) return amount
    const never = this.#known.refuseTogether?.(names)
    if (never !== undefined) throw new RangeError(`${show(this.#text)} can never apply: ${never}`)
    return (scope) => (names.every((name) => scope.parameters[name] !== undefined) ? amount(scope) : 0)
  }

  /** By how much what is true or false differs from what it is to be. */
  amount(node: ASTNode, wanted: boolean): Amount {
    switch (node.op) {
      case '<=':
      case '<':
      case '>=':
      case '>':
      case '==':
      case '!=':
        return this.#comparison(node.op, node.args, wanted)
      case '&&':
      case '||': {
        const parts = node.args.map((part) => this.amount(part, wanted))
        return (node.op === '&&') === wanted
          ? (scope) => all(parts.map((part) => part(scope)))
          : (scope) => Math.min(...parts.map((part) => part(scope)))
      }
      case '!_':
        return this.amount(node.args, !wanted)
      case '?:': {
        const [condition, yes, no] = node.args
        const isMet = this.amount(condition, true)
        const [then, otherwise] = [this.amount(yes, wanted), this.amount(no, wanted)]
        return (scope) => (isMet(scope) > 0 ? otherwise(scope) : then(scope))
      }
      case 'in': {
        const [what, among] = node.args
        if (among.op === 'list') for (const one of among.args) this.#checkEqual(what, one)
        const [item, list] = node.args.map((part) => this.#value(part))
        return (scope) => ((list!(scope) as unknown[]).includes(item!(scope)) === wanted ? 0 : 1)
      }
      case 'value':
      case 'id':
      case '.':
      case '[]': {
        const value = this.#value(node)
        if (node.op === 'value' && typeof node.args !== 'boolean') this.#refuseValue(node)
        return (scope) => {
          const given = value(scope)
          if (typeof given !== 'boolean')
            throw new RangeError(`${this.#part(node)} is to be true or false, got ${show(given)}`)
          return given === wanted ? 0 : 1
        }
      }
      default:
        return this.#refuseValue(node)
    }
  }

  #comparison(op: '<=' | '<' | '>=' | '>' | '==' | '!=', sides: [ASTNode, ASTNode], wanted: boolean): Amount {
    if (op === '==' || op === '!=') {
      this.#checkEqual(sides[0], sides[1])
      this.#checkEqual(sides[1], sides[0])
    }
    const [left, right] = sides.map((side) => this.#value(side)) as [Value, Value]
    const meant = wanted ? op : opposite[op]
    if (meant === '==' || meant === '!=') {
      return (scope) => {
        const [a, b] = [left(scope), right(scope)]
        if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY
        if (meant === '!=') return a === b ? 1 : 0
        return a === b ? 0 : typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) : 1
      }
    }
    const number = (value: Value, side: ASTNode, scope: Scope) => this.#number(value(scope), side)
    return (scope) => {
      const [a, b] = [number(left, sides[0], scope), number(right, sides[1], scope)]
      const by = a === b ? 0 : meant === '<=' || meant === '<' ? a - b : b - a // Infinity - Infinity is no number
      if (Number.isNaN(by)) return Number.POSITIVE_INFINITY
      return by === 0 && (meant === '<' || meant === '>') ? Number.MIN_VALUE : by
    }
  }

  /** What a choice is compared with is one of its values: a text without quotes is taken for a name. */
  #checkEqual(side: ASTNode, other: ASTNode): void {
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

  #value(node: ASTNode): Value {
    switch (node.op) {
      case 'value': {
        const value = plainValue(node.args)
        return () => value
      }
      case 'id':
        return this.#named(node.args)
      case '.': {
        const [object, key] = node.args
        return this.#member(object, () => key, node)
      }
      case '[]': {
        const [object, key] = node.args
        return this.#member(object, this.#value(key), node)
      }
      case '-_': {
        const value = this.#value(node.args)
        return (scope) => -this.#number(value(scope), node.args)
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%': {
        const [left, right] = node.args
        const [a, b, compute] = [this.#value(left), this.#value(right), arithmetic[node.op]]
        return (scope) => compute(this.#number(a(scope), left), this.#number(b(scope), right))
      }
      case '?:': {
        const [condition, yes, no] = node.args
        const isMet = this.amount(condition, true)
        const [then, otherwise] = [this.#value(yes), this.#value(no)]
        return (scope) => (isMet(scope) > 0 ? otherwise(scope) : then(scope))
      }
      case 'list': {
        const items = node.args.map((item) => this.#value(item))
        return (scope) => items.map((item) => item(scope))
      }
      case 'call':
        return node.args[0] === 'size' ? this.#size(node.args[1]) : this.#call(node.args)
      default:
        throw new RangeError(
          `${show(this.#text)} has ${this.#part(node)} where a number is wanted${this.#hintFor(node)}`,
        )
    }
  }

  /** A parameter or what the simulation gives; all of them are maps by the names `parameters` and `results`. */
  #named(name: string): Value {
    const { parameters, conditional, objectives, outputs } = this.#known
    if (conditional.has(name)) this.#mayLack.add(name)
    if (parameters.includes(name)) return ({ parameters }) => parameters[name]
    if (objectives.includes(name) || outputs?.includes(name) || (outputs === undefined && !isMap(name))) {
      this.isOfResults = true
      return ({ results }) => {
        if (Object.hasOwn(results, name)) return results[name]
        throw new MissingResult(name, this.#missing(name, Object.keys(results)))
      }
    }
    if (name === 'parameters') return ({ parameters }) => parameters
    if (name === 'results') {
      this.isOfResults = true
      return ({ results }) => results
    }
    throw new RangeError(this.#missing(name, [...objectives, ...(outputs ?? [])]))
  }

  #missing(name: string, results: readonly string[]): string {
    const names = [...new Set([...this.#known.parameters, ...results])]
    const meant = nearest(name, names)
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    return `${show(this.#text)} names ${name}${hint}, which is no parameter and no result; there are ${listed(names)}`
  }

  #member(object: ASTNode, key: Value, node: ASTNode): Value {
    const map =
      object.op === 'id' && isMap(object.args) && !this.#known.parameters.includes(object.args)
        ? object.args
        : undefined
    if (map !== undefined) this.#checkNamed(map, node)
    const whole = this.#value(object)
    return (scope) => {
      const [container, at] = [whole(scope), key(scope)]
      if (typeof container === 'object' && container !== null && Object.hasOwn(container, String(at))) {
        return (container as Readonly<Record<string, unknown>>)[String(at)]
      }
      if (map === 'results') throw new MissingResult(String(at), this.#missing(String(at), Object.keys(scope.results)))
      const sentence = `${show(this.#text)} names ${this.#part(node)}, which is not there`
      throw this.isOfResults ? new MissingResult(this.#part(node), sentence) : new RangeError(sentence)
    }
  }

  /** What is named as `parameters.name` or `results["name"]` must be there, where it is known what is. */
  #checkNamed(map: 'parameters' | 'results', { op, args }: ASTNode): void {
    const key = op === '.' ? args[1] : op === '[]' && args[1].op === 'value' ? args[1].args : undefined
    if (typeof key !== 'string') return
    const { parameters, conditional, objectives, outputs } = this.#known
    const results = [...objectives, ...(outputs ?? [])]
    const isThere = map === 'parameters' ? parameters.includes(key) : outputs === undefined || results.includes(key)
    if (!isThere) throw new RangeError(this.#missing(key, results))
    if (map === 'parameters' && conditional.has(key)) this.#mayLack.add(key)
  }

  #call([name, args]: [string, ASTNode[]]): Value {
    if (!Object.hasOwn(functions, name)) {
      throw new RangeError(
        `${show(this.#text)} calls ${name}, and there are ${[...Object.keys(functions), 'size'].join(', ')}`,
      )
    }
    const compute = functions[name as keyof typeof functions] as (...values: number[]) => number
    if (args.length === 0)
      throw new RangeError(`${show(this.#text)} gives ${name} no values, and it takes one at least`)
    if (compute.length > 0) this.#checkCount(name, args, compute.length)
    const values = args.map((arg) => this.#value(arg))
    return (scope) => compute(...values.flatMap((value, i) => this.#numbers(value(scope), args[i]!)))
  }

  /** How many items a list has, or characters a text. */
  #size(args: readonly ASTNode[]): Value {
    this.#checkCount('size', args, 1)
    const [arg] = args as [ASTNode]
    const value = this.#value(arg)
    return (scope) => {
      const whole = value(scope)
      if (Array.isArray(whole)) return whole.length
      return typeof whole === 'string' ? [...whole].length : this.#refuseKind('a list or a text', whole, arg)
    }
  }

  #checkCount(name: string, args: readonly ASTNode[], count: number): void {
    if (args.length === count) return
    throw new RangeError(`${show(this.#text)} gives ${name} ${args.length || 'no'} values, and it takes ${count}`)
  }

  #number(value: unknown, node: ASTNode): number {
    if (typeof value === 'number' && !(Number.isNaN(value) && this.isOfResults)) return value
    return this.#refuseKind('a number', value, node)
  }

  #refuseKind(wanted: string, value: unknown, node: ASTNode): never {
    const sentence = `${show(this.#text)} needs ${wanted} for ${this.#part(node)}, got ${show(value)}`
    // What is of another kind once is hardly ever of that one; NaN and nothing are what a failure gives.
    if (this.isOfResults && value !== null && !Number.isNaN(value))
      throw new MissingResult(`${this.#part(node)} as ${wanted}`, sentence)
    throw new RangeError(sentence)
  }

  /** Lists stand for their elements, as in `sum(shares) <= 1`. */
  #numbers(value: unknown, node: ASTNode): number[] {
    return Array.isArray(value) ? value.flat().map((item) => this.#number(item, node)) : [this.#number(value, node)]
  }

  /** What else to write where a number is wanted, as the end of a sentence. */
  #hintFor(node: ASTNode): string {
    if (node.op === 'rcall') {
      const [name, of, more] = node.args
      const isThere = name === 'size' || Object.hasOwn(functions, name)
      if (isThere) return `; write ${name}(${[of, ...more].map((arg) => this.#part(arg)).join(', ')})`
    }
    return Object.hasOwn(opposite, node.op) ? '; say && between comparisons' : ''
  }

  #part({ start, end }: ASTNode): string {
    return this.#text.slice(start, end)
  }

  #refuseValue(node: ASTNode): never {
    throw new RangeError(
      `${show(this.#text)} needs a comparison, as in height <= 6 * width, and ${this.#part(node)} is none`,
    )
  }
}

const isMap = (name: unknown): name is 'parameters' | 'results' => name === 'parameters' || name === 'results'

const opposite = { '<=': '>', '<': '>=', '>=': '<', '>': '<=', '==': '!=', '!=': '==' } as const

const arithmetic = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
} as const

const functions = {
  abs: (x: number) => Math.abs(x),
  sqrt: (x: number) => Math.sqrt(x),
  exp: (x: number) => Math.exp(x),
  log: (x: number) => Math.log(x),
  pow: (x: number, y: number) => x ** y,
  sin: (x: number) => Math.sin(x),
  cos: (x: number) => Math.cos(x),
  tan: (x: number) => Math.tan(x),
  floor: (x: number) => Math.floor(x),
  ceil: (x: number) => Math.ceil(x),
  round: (x: number) => Math.round(x),
  min: (...values: number[]) => Math.min(...values),
  max: (...values: number[]) => Math.max(...values),
  sum: (...values: number[]) => values.reduce((sum, value) => sum + value, 0),
} as const

/** Kept if all are; else by how much those that are violated are, together. */
function all(amounts: readonly number[]): number {
  const violated = amounts.filter((amount) => amount > 0)
  return violated.length > 0 ? violated.reduce((sum, amount) => sum + amount, 0) : Math.max(...amounts)
}

/** Numbers are real ones, whatever they are in the language: 6 * width is meant as it stands. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) return Number(value)
  return value
}
