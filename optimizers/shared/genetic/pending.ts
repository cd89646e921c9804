import type { Pending, Told } from './state.ts'

/** Who has that serial of those that are pending: they stand in the order of their serials. */
export function pendingOf(pending: readonly Pending[], serial: number | undefined): Pending | undefined {
  return serial === undefined ? undefined : pending[placeOf(pending, serial)]
}

/** Those that are still pending after some were told. */
export function withoutTold(pending: readonly Pending[], told: readonly Told[]): readonly Pending[] {
  if (told.length === 1) {
    const [{ serial }] = told as readonly [Told]
    const place = serial === undefined ? -1 : placeOf(pending, serial)
    if (place < 0) return pending
    return place === 0 ? pending.slice(1) : pending.slice(0, place).concat(pending.slice(place + 1))
  }
  if (areAll(pending, told)) return []
  const answered = new Set(told.map(({ serial }) => serial))
  return pending.filter(({ serial }) => !answered.has(serial))
}

/** Whether those that were told are all that were pending, in their order: a generation that is told at once. */
function areAll(pending: readonly Pending[], told: readonly Told[]): boolean {
  if (told.length !== pending.length) return false
  for (let i = 0; i < told.length; i++) if (told[i]!.serial !== pending[i]!.serial) return false
  return true
}

/** How many have that serial or a later one. */
export function countFrom(pending: readonly Pending[], serial: number): number {
  return pending.length - lowerBound(pending, serial)
}

/** -1 if nobody has that serial. */
function placeOf(pending: readonly Pending[], serial: number): number {
  const first = pending[0]
  if (first === undefined) return -1
  // Where none is missing before it, it stands as far behind the first as its serial says.
  const guess = serial - first.serial
  if (guess >= 0 && guess < pending.length && pending[guess]!.serial === serial) return guess
  const place = lowerBound(pending, serial)
  return pending[place]?.serial === serial ? place : -1
}

/** The place of the first who has that serial or a later one. */
function lowerBound(pending: readonly Pending[], serial: number): number {
  let low = 0
  let high = pending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (pending[middle]!.serial < serial) low = middle + 1
    else high = middle
  }
  return low
}
