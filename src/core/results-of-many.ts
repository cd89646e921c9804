import { show } from './text.ts'

/**
 * Takes what `simulateMany` returned for so many individuals, each result as it is known and with its position.
 *
 * @throws TypeError if it is neither a list nor a generator; RangeError at a list of another length, at a position that
 *   there is not, or that has a result already; whatever a generator throws
 */
export async function takeResults(
  returned: unknown,
  length: number,
  take: (position: number, result: unknown) => void,
): Promise<void> {
  if (Array.isArray(returned) || ArrayBuffer.isView(returned)) {
    const results = returned as unknown as ArrayLike<unknown>
    if (results.length !== length) throw new RangeError(`simulateMany needs ${length} results, got ${results.length}`)
    for (let position = 0; position < length; position++) take(position, results[position])
    return
  }
  if (!isIterable(returned)) {
    throw new TypeError(`simulateMany needs to return a list of results or a generator of them, got ${show(returned)}`)
  }
  const isKnown = new Array<boolean>(length).fill(false)
  for await (const pair of returned) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`simulateMany needs to yield [position, result], got ${show(pair)}`)
    }
    const [position, result] = pair as [number, unknown]
    if (isKnown[position] !== false) {
      throw new RangeError(
        `simulateMany gave a result for position ${show(position)} of ${length}, ${why(isKnown[position])}`,
      )
    }
    isKnown[position] = true
    take(position, result)
  }
}

/** The result of one individual that was simulated in a company of its own. @throws the error in its place */
export async function onlyResult(returned: unknown): Promise<unknown> {
  let only: { readonly result: unknown } | undefined
  await takeResults(await returned, 1, (_, result) => {
    only = { result }
  })
  if (!only) throw new RangeError('simulateMany gave no result')
  if (only.result instanceof Error) throw only.result
  return only.result
}

function why(isKnown: boolean | undefined): string {
  return isKnown === undefined ? 'which is none' : 'which has one already'
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { [Symbol.iterator]: each, [Symbol.asyncIterator]: eachLater } = value as Partial<
    Iterable<unknown> & AsyncIterable<unknown>
  >
  return typeof each === 'function' || typeof eachLater === 'function'
}
