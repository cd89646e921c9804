/**
 * What the pending points are known by, kept from one step of a search to the next: in steady orders they are many, and
 * each step changes few. No part of the state, which says what is pending: of another state than the last the keys are found anew.
 */
export class PendingKeys<T> {
  readonly #keysOf: (pending: readonly T[]) => Set<number>
  #pending: readonly T[] | undefined
  #keys = new Set<number>()
  #isTaken = false

  constructor(keysOf: (pending: readonly T[]) => Set<number>) {
    this.#keysOf = keysOf
  }

  /** The keys of what is pending, for who adds those of what is proposed. */
  take(pending: readonly T[]): Set<number> {
    if (this.#pending !== pending) this.#keys = this.#keysOf(pending)
    this.#pending = undefined
    this.#isTaken = true
    return this.#keys
  }

  /** What is pending after asking; its keys are those that were taken, with what was added. */
  settle(pending: readonly T[]): void {
    this.#pending = this.#isTaken ? pending : undefined
    this.#isTaken = false
  }

  /** What is pending after some were told. */
  tell(before: readonly T[], after: readonly T[], told: readonly { readonly key: number }[]): void {
    if (this.#pending !== before) return
    if (after.length === 0) this.#keys = new Set()
    else if (after !== before) for (const { key } of told) this.#keys.delete(key)
    this.#pending = after
  }
}
