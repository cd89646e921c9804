import type { ASTNode } from '@marcbachmann/cel-js'
import { type Constraint, MissingResult } from '../core/constraints.ts'
import { show } from '../core/text.ts'
import { arithmetic, functions } from './expression-functions.ts'
import { type Amount, ExpressionNames, type Known, plainValue, type Scope, type Value } from './expression-names.ts'
import { parseExpression } from './expression-syntax.ts'

/**
 * A constraint from an expression in the Common Expression Language: `height <= 6 * width && solver != "euler"`. All numbers
 * are real, whole ones as well: `width / 2` is half of it. By how much a comparison is violated is the difference of its
 * sides; of several that are to hold, the sum; of several of which one is to hold, the least. What names a parameter that
 * does not apply is kept.
 *
 * @throws RangeError if it is none, with the position and what was expected, or if it names what is not there
 */
export function constraintFrom(text: string, known: Known): Constraint {
  const names = new ExpressionNames(text, known)
  const violation = names.whereApply(new Reading(text, names).amount(parseExpression(text), true))
  return names.areOfResults
    ? { name: text, of: 'results', violation: (results, parameters) => violation({ parameters, results }) }
    : { name: text, of: 'parameters', violation: (parameters) => violation({ parameters, results: {} }) }
}

/** Reads one expression. */
class Reading {
  readonly #text: string
  readonly #names: ExpressionNames

  constructor(text: string, names: ExpressionNames) {
    this.#text = text
    this.#names = names
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
        if (among.op === 'list') for (const one of among.args) this.#names.checkEqual(what, one)
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
      this.#names.checkEqual(sides[0], sides[1])
      this.#names.checkEqual(sides[1], sides[0])
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

  #value(node: ASTNode): Value {
    switch (node.op) {
      case 'value': {
        const value = plainValue(node.args)
        return () => value
      }
      case 'id':
        return this.#names.valueOf(node.args)
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

  #member(object: ASTNode, key: Value, node: ASTNode): Value {
    const map = object.op === 'id' ? this.#names.mapCalled(object.args) : undefined
    if (map !== undefined) this.#names.checkMember(map, node)
    const whole = this.#value(object)
    return (scope) => {
      const [container, at] = [whole(scope), key(scope)]
      if (typeof container === 'object' && container !== null && Object.hasOwn(container, String(at))) {
        return (container as Readonly<Record<string, unknown>>)[String(at)]
      }
      if (map === 'results') throw this.#names.missingResult(String(at), scope)
      const sentence = `${show(this.#text)} names ${this.#part(node)}, which is not there`
      throw this.#names.areOfResults ? new MissingResult(this.#part(node), sentence) : new RangeError(sentence)
    }
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
    if (typeof value === 'number' && !(Number.isNaN(value) && this.#names.areOfResults)) return value
    return this.#refuseKind('a number', value, node)
  }

  #refuseKind(wanted: string, value: unknown, node: ASTNode): never {
    const sentence = `${show(this.#text)} needs ${wanted} for ${this.#part(node)}, got ${show(value)}`
    // What is of another kind once is hardly ever of that one; NaN and nothing are what a failure gives.
    if (this.#names.areOfResults && value !== null && !Number.isNaN(value))
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

const opposite = { '<=': '>', '<': '>=', '>=': '<', '>': '<=', '==': '!=', '!=': '==' } as const

/** Kept if all are; else by how much those that are violated are, together. */
function all(amounts: readonly number[]): number {
  const violated = amounts.filter((amount) => amount > 0)
  return violated.length > 0 ? violated.reduce((sum, amount) => sum + amount, 0) : Math.max(...amounts)
}
