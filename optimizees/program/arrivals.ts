/** What comes one by one, and is taken when it is there. */
export class Arrivals<T> {
  #arrived: T[] = []
  #failure: Error | undefined
  #wake: () => void = () => {}

  add(one: T): void {
    this.#arrived.push(one)
    this.#wake()
  }

  /** No more comes after what is there. */
  fail(failure: Error): void {
    this.#failure ??= failure
    this.#wake()
  }

  /** Takes so many, in the order in which they come. @throws what it has failed of, if they are fewer */
  async *take(count: number): AsyncGenerator<T> {
    for (let left = count; left > 0; ) {
      const arrived = this.#arrived
      this.#arrived = []
      left -= arrived.length
      yield* arrived
      if (arrived.length > 0) continue
      if (this.#failure) throw this.#failure
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
