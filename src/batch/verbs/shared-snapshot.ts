/**
 * A snapshot that many runs of one process begin from, and none can change: what can be frozen is frozen and shared, so
 * that a fork costs next to nothing; typed arrays, which cannot be, are copied for each run.
 */
export class SharedSnapshot {
  readonly #value: unknown
  /** The objects that hold a typed array somewhere. */
  readonly #copied = new Set<object>()

  constructor(value: unknown) {
    this.#value = value
    this.#freeze(value)
  }

  /** The snapshot for one run. */
  fork(): unknown {
    return this.#fork(this.#value)
  }

  /** Whether it was frozen throughout. */
  #freeze(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return true
    if (ArrayBuffer.isView(value)) return false
    let isFrozen = true
    for (const nested of Object.values(value)) isFrozen = this.#freeze(nested) && isFrozen
    Object.freeze(value)
    if (!isFrozen) this.#copied.add(value)
    return isFrozen
  }

  #fork(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice()
    if (!this.#copied.has(value)) return value
    if (Array.isArray(value)) return Object.freeze(value.map((nested) => this.#fork(nested)))
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, nested]) => [key, this.#fork(nested)])))
  }
}
