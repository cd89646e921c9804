import type { Arithmetic, Comparison, Operand, PageColumn, RowFilter } from '../record/row-filter.ts'
import { QueryError } from './query.ts'

/** A part of a filter that all that is kept fulfils. */
export interface FilterTerm {
  readonly filter: RowFilter
  /** The term as it was written, and as it may stand beside others. */
  readonly text: string
}

/** The names by which a filter knows what there is. */
export interface FilterNames {
  readonly find: (name: string) => PageColumn | undefined
  /** @throws QueryError with the names that there are */
  readonly refuse: (name: string) => never
}

/**
 * The terms of a filter, such as `stiffness < 3 and (solver = "rk4" or width > 2 * height)`: all of them are to hold. It is
 * written as SQL has it or as constraints have it (`&&`, `||`, `!`, `==`). Names that are no words stand in quotes, and a word
 * that is no name is a text where a value is wanted. In the language of constraints it would be neither: there `not`, `=` and
 * names in quotes are errors, while here there is nothing to call, since the database works a filter out.
 *
 * @throws QueryError with the position and what was expected there
 */
export function parseFilter(text: string, names: FilterNames): readonly FilterTerm[] {
  return new FilterReading(text, names).terms()
}

const token =
  /\s*(?:([<>]=?|!=|==?)|(&&|\|\||[-+*/()!])|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))|([\p{L}_][\p{L}\p{N}_.]*))/uy

interface Token {
  readonly kind: 'comparison' | 'sign' | 'text' | 'number' | 'word'
  readonly text: string
  readonly at: number
}

/** What has been read: whether something holds, or what is compared, which may still be a name or a text. */
type Read = { readonly filter: RowFilter } | { readonly operand: Operand } | { readonly name: Token }

class FilterReading {
  readonly #text: string
  readonly #names: FilterNames
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(text: string, names: FilterNames) {
    this.#text = text
    this.#names = names
    this.#tokens = tokensIn(text)
  }

  terms(): readonly FilterTerm[] {
    const terms: FilterTerm[] = []
    do {
      const from = this.#position()
      const filter = this.#holding(this.#negation())
      terms.push({ filter, text: this.#text.slice(from, this.#end()) })
    } while (this.#took('and', '&&'))
    if (this.#next === this.#tokens.length) return terms
    if (!this.#isNext('or', '||')) this.#refuse('`and`, `or`, or the end')
    this.#next = 0
    const filter = this.#holding(this.#either())
    if (this.#next < this.#tokens.length) this.#refuse('`and`, `or`, or the end')
    return [{ filter, text: `(${this.#text.trim()})` }]
  }

  #either(): Read {
    return this.#several('or', ['or', '||'], () => this.#both())
  }

  #both(): Read {
    return this.#several('and', ['and', '&&'], () => this.#negation())
  }

  #several(type: 'and' | 'or', words: readonly string[], read: () => Read): Read {
    const first = read()
    if (!this.#isNext(...words)) return first
    const parts = [this.#holding(first)]
    while (this.#took(...words)) parts.push(this.#holding(read()))
    return { filter: { type, parts } }
  }

  #negation(): Read {
    if (this.#took('not', '!')) return { filter: { type: 'not', part: this.#holding(this.#negation()) } }
    return this.#comparison()
  }

  #comparison(): Read {
    const left = this.#sum()
    const operator = this.#tokens[this.#next]
    if (operator?.kind !== 'comparison') return left
    const leftOperand = this.#operand(left)
    this.#next++
    const right = this.#sum()
    const comparison = (operator.text === '==' ? '=' : operator.text) as Comparison
    return {
      filter: { type: 'comparison', operator: comparison, left: leftOperand, right: this.#value(right, comparison) },
    }
  }

  #sum(): Read {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#factor()))
  }

  #chain(signs: readonly string[], read: () => Read): Read {
    let left = read()
    while (this.#isNext(...signs)) {
      const operator = this.#tokens[this.#next++]!.text as Arithmetic
      left = { operand: { type: 'arithmetic', operator, left: this.#operand(left), right: this.#operand(read()) } }
    }
    return left
  }

  #factor(): Read {
    if (this.#took('-')) {
      const operand = this.#operand(this.#factor())
      if (operand.type === 'value') return { operand: { type: 'value', value: -Number(operand.value) } }
      return { operand: { type: 'arithmetic', operator: '-', left: { type: 'value', value: 0 }, right: operand } }
    }
    if (this.#took('+')) return this.#factor()
    if (this.#took('(')) {
      const inner = this.#either()
      if (!this.#took(')')) this.#refuse('a closing bracket')
      return inner
    }
    const found = this.#tokens[this.#next]
    if (!found || found.kind === 'comparison' || found.kind === 'sign' || isReserved(found))
      this.#refuse('a name or a value')
    this.#next++
    if (found.kind === 'number') return { operand: { type: 'value', value: Number(found.text) } }
    const constant = found.kind === 'word' ? constants.get(found.text) : undefined
    return constant === undefined ? { name: found } : { operand: { type: 'value', value: constant } }
  }

  #holding(read: Read): RowFilter {
    if ('filter' in read) return read.filter
    this.#operand(read) // it says of a name whether there is one
    return this.#refuse('one of < <= > >= = !=')
  }

  #operand(read: Read): Operand {
    if ('operand' in read) return read.operand
    if ('filter' in read) return this.#refuse('`and`, `or`, or the end')
    const name = unquoted(read.name)
    return { type: 'column', column: this.#names.find(name) ?? this.#names.refuse(name) }
  }

  /** The right side of a comparison, where texts stand. */
  #value(read: Read, operator: Comparison): Operand {
    if (!('name' in read)) return this.#operand(read)
    const text = unquoted(read.name)
    const column = this.#names.find(text)
    if (!column || (read.name.kind === 'text' && isOfEquality(operator))) return { type: 'value', value: text }
    if (read.name.kind === 'word') return { type: 'column', column }
    // A number is never less than a text: nothing would be kept, and nobody told why.
    throw refused(this.#text, read.name.at, `1 * ${read.name.text} (quotes alone make a text here)`)
  }

  #isNext(...words: readonly string[]): boolean {
    const next = this.#tokens[this.#next]
    return next !== undefined && (next.kind === 'sign' || next.kind === 'word') && words.includes(next.text)
  }

  #took(...words: readonly string[]): boolean {
    const isNext = this.#isNext(...words)
    if (isNext) this.#next++
    return isNext
  }

  #position(): number {
    return this.#tokens[this.#next]?.at ?? this.#text.length
  }

  /** Where the token before the next ends. */
  #end(): number {
    const { at, text } = this.#tokens[this.#next - 1]!
    return at + text.length
  }

  #refuse(wanted: string): never {
    throw refused(this.#text, this.#position(), wanted)
  }
}

function isOfEquality(operator: Comparison): boolean {
  return operator === '=' || operator === '!='
}

/** Booleans stand in the record as 1 and 0. */
const constants: ReadonlyMap<string, number | null> = new Map([
  ['true', 1],
  ['false', 0],
  ['null', null],
])

function isReserved({ kind, text }: Token): boolean {
  return kind === 'word' && reserved.includes(text)
}

const reserved: readonly string[] = ['and', 'or', 'not']

/** SQLite refuses expressions that are nested 1000 deep, and each token may nest one. */
const mostTokens = 500

function tokensIn(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(token)
  const kinds = ['comparison', 'sign', 'text', 'number', 'word'] as const
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const from = pattern.lastIndex
    const found = pattern.exec(text)
    if (!found) throw refused(text, from + /^\s*/.exec(text.slice(from))![0].length, 'a name, a comparison or a value')
    const kind = kinds[found.slice(1).findIndex((part) => part !== undefined)]!
    const written = found[0].trimStart()
    tokens.push({ kind, text: written, at: pattern.lastIndex - written.length })
  }
  if (tokens.length > mostTokens)
    throw new QueryError(`a filter has at most ${mostTokens} words and signs, got ${tokens.length}`)
  return tokens
}

function unquoted({ kind, text }: Token): string {
  return kind === 'text' ? text.slice(1, -1).replace(/\\(?:u[\da-fA-F]{4}|.)/gu, meant) : text
}

/** What an escape stands for: levels and names are written as JSON; what is no escape there stands for its character. */
function meant(escaped: string): string {
  try {
    return JSON.parse(`"${escaped}"`) as string
  } catch {
    return escaped.slice(1)
  }
}

function refused(text: string, at: number, wanted: string): QueryError {
  const got = text.slice(at) === '' ? 'the end' : JSON.stringify(text.slice(at, at + 20))
  return new QueryError(`the filter needs ${wanted} at position ${at + 1}, got ${got}`)
}
