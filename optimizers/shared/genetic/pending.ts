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
  const answered = new Set(told.map(({ serial }) => serial))
  return pending.filter(({ serial }) => !answered.has(serial))
}

/** -1 if nobody has that serial. */
function placeOf(pending: readonly Pending[], serial: number): number {
  let low = 0
  let high = pending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (pending[middle]!.serial < serial) low = middle + 1
    else high = middle
  }
  return pending[low]?.serial === serial ? low : -1
}
