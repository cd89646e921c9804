/** A host is judged only after so many attempts. */
const fewest = 4

/** How attempts go on each host: one on which most attempts of different individuals fail gets no more work. */
export class HostRecord {
  /** How many different individuals must have failed on a host before it is benched; 0 never benches. */
  readonly #threshold: number
  readonly #hosts = new Map<string, { succeeded: number; failed: number; readonly individuals: Set<string> }>()
  readonly #benched = new Set<string>()

  constructor(threshold: number) {
    this.#threshold = threshold
  }

  get benched(): readonly string[] {
    return [...this.#benched]
  }

  succeeded(host: string): void {
    this.#of(host).succeeded++
  }

  /** True if the host is to be benched because of it. The only host, or the last one, never is. */
  failed(host: string, individual: string): boolean {
    const record = this.#of(host)
    record.failed++
    record.individuals.add(individual)
    if (this.#threshold === 0 || this.#benched.has(host)) return false
    const { succeeded, failed, individuals } = record
    const isBad = individuals.size >= this.#threshold && failed + succeeded >= fewest && failed > succeeded
    if (!isBad || !this.#hasBetterHostThan(host)) return false
    this.#benched.add(host)
    return true
  }

  #hasBetterHostThan(host: string): boolean {
    return [...this.#hosts].some(
      ([other, { succeeded, failed }]) => other !== host && !this.#benched.has(other) && succeeded > failed,
    )
  }

  #of(host: string) {
    let record = this.#hosts.get(host)
    if (!record) {
      record = { succeeded: 0, failed: 0, individuals: new Set() }
      this.#hosts.set(host, record)
    }
    return record
  }
}
