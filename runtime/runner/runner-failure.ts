/** No worker starts, or an individual failed where that is to stop the search. */
export class RunnerFailure extends Error {
  override readonly name = 'RunnerFailure'
  /** Whether it lies in what was asked for, and not in how it went. */
  readonly isRefusal: boolean

  constructor(message: string, { isRefusal = false }: { readonly isRefusal?: boolean } = {}) {
    super(message)
    this.isRefusal = isRefusal
  }
}
