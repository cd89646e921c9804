import { aText, aValue, checkArgument, refuseSurplus } from './options.ts'

/** Named settings of one part of a run (`runner`, `optimizer`, `optimizee`, or a user's own), stored with it. */
export class ParameterGroup {
  readonly name: string
  readonly comment: string
  readonly #entries = new Map<string, { readonly value: unknown; readonly comment: string }>()

  constructor(name: string, comment = '', ...surplus: readonly never[]) {
    checkArgument('ParameterGroup', 'the name', name, aText)
    checkArgument('ParameterGroup', 'the comment', comment, aText)
    refuseSurplus('ParameterGroup', 2, surplus, '')
    this.name = name
    this.comment = comment
  }

  fAddParameter(key: string, value: unknown, comment = '', ...surplus: readonly never[]): void {
    checkArgument('fAddParameter', 'the key', key, aText)
    checkArgument('fAddParameter', `the value of ${key}`, value, aValue)
    checkArgument('fAddParameter', 'the comment', comment, aText)
    refuseSurplus('fAddParameter', 3, surplus, '')
    this.#entries.set(key, { value, comment })
  }

  /** The value of a parameter. @throws RangeError if the group has none of that name */
  get(key: string): unknown {
    const entry = this.#entries.get(key)
    if (!entry) {
      throw new RangeError(
        `parameter group ${this.name} has no ${key}; it has ${[...this.#entries.keys()].join(', ') || 'nothing'}`,
      )
    }
    return entry.value
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  entries(): { readonly key: string; readonly value: unknown; readonly comment: string }[] {
    return [...this.#entries].map(([key, entry]) => ({ key, ...entry }))
  }
}
