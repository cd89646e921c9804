import { show } from '../core/text.ts'
/** What was asked is not understood; the sentence goes to whoever asked. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  /** 404 where it is understood, and not there. */
  readonly status: 400 | 404

  constructor(sentence: string, { status = 400, ...options }: ErrorOptions & { readonly status?: 400 | 404 } = {}) {
    super(sentence, options)
    this.status = status
  }
}

/** The words behind the question mark of a request, each of which must be known. */
export class Query {
  readonly #words: ReadonlyMap<string, string>
  readonly #known = new Set<string>()

  constructor(words: URLSearchParams) {
    this.#words = new Map(words)
  }

  /** A number within bounds. */
  number<Default extends number | undefined>(
    name: string,
    {
      low = -Number.MAX_VALUE,
      high = Number.MAX_VALUE,
      otherwise,
    }: { readonly low?: number; readonly high?: number; readonly otherwise: Default },
  ): number | Default {
    const text = this.text(name)
    if (text === undefined) return otherwise
    const value = text === '' ? Number.NaN : Number(text)
    if (value >= low && value <= high) return value
    const range =
      low === -Number.MAX_VALUE && high === Number.MAX_VALUE ? 'finite number' : `number from ${low} to ${high}`
    throw new QueryError(`${name} needs a ${range}, got ${show(text)}`)
  }

  /** A whole number, read as `number` reads one. */
  count(name: string, bounds: { readonly low: number; readonly high: number; readonly otherwise: number }): number {
    const value = this.number(name, bounds)
    if (Number.isInteger(value)) return value
    throw new QueryError(`${name} needs a whole number, got ${show(value)}`)
  }

  /** One of some words, the first unless another is asked for. */
  choice<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const text = this.text(name) ?? words[0]
    const word = words.find((one) => one === text)
    if (word !== undefined) return word
    throw new QueryError(`${name} needs one of ${words.join(', ')}, got ${show(text)}`)
  }

  text(name: string): string | undefined {
    this.#known.add(name)
    return this.#words.get(name)
  }

  /** @throws QueryError if there is a word that nobody has asked about */
  refuseOthers(): void {
    const other = [...this.#words.keys()].find((name) => !this.#known.has(name))
    if (other !== undefined) throw new QueryError(`there is no ${JSON.stringify(other)} to ask for here`)
  }
}
