import { keysOf } from './members.ts'
import type { Pending } from './state.ts'

/**
 * What the pending genomes are known by, kept from one step of a search to the next: in steady orders they are many, and
 * each step changes few. No part of the state, which has the genomes: of another state than the last the keys are found anew.
 */
export class PendingKeys {
  #pending: readonly Pending[] | undefined
  #keys = new Set<number>()
  #isTaken = false

  /** The keys of what is pending, for who adds those of what is proposed. */
  take(pending: readonly Pending[]): Set<number> {
    if (this.#pending !== pending) this.#keys = keysOf(pending)
    this.#pending = undefined
    this.#isTaken = true
    return this.#keys
  }

  /** What is pending after asking; its keys are those that were taken, with what was added. */
  settle(pending: readonly Pending[]): void {
    this.#pending = this.#isTaken ? pending : undefined
    this.#isTaken = false
  }

  /** What is pending after some were told. */
  tell(before: readonly Pending[], after: readonly Pending[], told: readonly { readonly key: number }[]): void {
    if (this.#pending !== before) return
    if (after.length === 0) this.#keys = new Set()
    else if (after !== before) for (const { key } of told) this.#keys.delete(key)
    this.#pending = after
  }
}
