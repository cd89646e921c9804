import { readFileSync } from 'node:fs'
import { replaceFile } from '../../../runtime/channel/run-file.ts'
import { anything, checkOptions, oneOf, refuseSurplus } from '../../core/options.ts'
import { show } from '../../core/text.ts'
import { refusePlain } from '../plain-value.ts'

/** What a read does that the cache has no entry for: it fails, or asks the source (and remembers what it said). */
export type MissingEntry = 'error' | 'read'

/** A cache as plain data. */
export interface CacheData {
  readonly missing: MissingEntry
  readonly entries: readonly (readonly [key: string, value: unknown])[]
}

/** A replayed cache had no entry for a read. */
export class MissingEntryError extends Error {
  override readonly name = 'MissingEntryError'
}

/**
 * The record of slow reads, of something remote as a rule, by key: what was read once is replayed from then on.
 *
 * @example
 * const cache = new ReadCache({ missing: 'read' })
 * await cache.read(`balance of ${account}`, () => node.balanceOf(account))
 * cache.toFile('balances.json')
 */
export class ReadCache {
  readonly missing: MissingEntry
  readonly #entries: Map<string, unknown>

  constructor(options: Partial<CacheData> = {}, ...surplus: readonly never[]) {
    refuseSurplus('ReadCache', 1, surplus)
    checkOptions('ReadCache', options, { missing: oneOf('error', 'read'), entries: anything })
    const { missing = 'read', entries = [] } = options
    this.missing = missing
    this.#entries = new Map(entries)
  }

  static fromJSON(data: unknown, options: { readonly missing?: MissingEntry } = {}): ReadCache {
    checkOptions('ReadCache.fromJSON', options, { missing: anything })
    const { missing } = options
    const { entries, missing: own } = (data ?? {}) as Partial<CacheData>
    const isList = Array.isArray(entries) && entries.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string')
    if (!isList) throw new TypeError(`a cache needs entries, a list of [key, value], got ${show(data)}`)
    return new ReadCache({ entries, missing: missing ?? own ?? 'error' })
  }

  static fromFile(path: string, options: { readonly missing?: MissingEntry } = {}): ReadCache {
    try {
      return ReadCache.fromJSON(JSON.parse(readFileSync(path, 'utf8')), options)
    } catch (error) {
      throw new TypeError(`${path} is no cache that can be read: ${(error as Error).message}`, { cause: error })
    }
  }

  get size(): number {
    return this.#entries.size
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** The entry of that key; if there is none, what the source says. @throws MissingEntryError if it is not to be asked */
  async read<T>(key: string, source: () => T | Promise<T>): Promise<T> {
    if (this.#mustRead(key)) this.#put(key, await source())
    return this.#entries.get(key) as T
  }

  /** Reads as `read` does, from sources that answer at once. */
  readSync<T>(key: string, source: () => T): T {
    if (this.#mustRead(key)) this.#put(key, source())
    return this.#entries.get(key) as T
  }

  toJSON(): CacheData {
    return { missing: this.missing, entries: [...this.#entries] }
  }

  toFile(path: string): void {
    replaceFile(path, `${JSON.stringify(this)}\n`)
  }

  #mustRead(key: string): boolean {
    if (this.#entries.has(key)) return false
    if (this.missing === 'read') return true
    throw new MissingEntryError(
      `The cache has no entry for ${show(key)} among its ${this.size}, and is not to ask the source.`,
    )
  }

  #put(key: string, value: unknown): void {
    const refusal = refusePlain(value)
    if (refusal !== undefined) throw new TypeError(`the cache entry ${show(key)} ${refusal}`)
    this.#entries.set(key, value)
  }
}
