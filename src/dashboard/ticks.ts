import { type DrawnAxis, placeOn } from '../analysis/density.ts'
import { short } from './words.ts'

export type Tick = readonly [place: number, text: string]

/** Round numbers along an axis, about as many as wanted, each with its place from 0 to 1. */
export function ticks(axis: DrawnAxis & { readonly isWhole?: boolean }, wanted: number): Tick[] {
  return roundNumbers(axis, wanted).map((number) => [placeOn(axis, number), short(number)])
}

/** About so many round numbers along an axis, ascending. */
export function roundNumbers(axis: DrawnAxis & { readonly isWhole?: boolean }, wanted: number): number[] {
  return axis.scale === 'log' ? magnitudesIn(axis, wanted) : stepsIn(axis, wanted)
}

function stepsIn({ low, high, isWhole = false }: DrawnAxis & { readonly isWhole?: boolean }, wanted: number): number[] {
  const step = Math.max(isWhole ? 1 : 0, roundAbove((high - low) / wanted))
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Powers of ten, with 2 and 5 between them where there is room; ordinary steps where an axis spans no power at all. */
function magnitudesIn(axis: DrawnAxis, wanted: number): number[] {
  const [first, last] = [Math.floor(Math.log10(axis.low)), Math.ceil(Math.log10(axis.high))]
  const stride = Math.ceil((last - first) / wanted)
  const factors = 3 * (last - first) <= 2 * wanted ? [1, 2, 5] : [1]
  const numbers: number[] = []
  for (let power = first; power <= last; power += stride)
    for (const factor of factors) numbers.push(Number(`${factor}e${power}`))
  const within = numbers.filter((number) => number >= axis.low && number <= axis.high)
  return within.length > 1 ? within : stepsIn(axis, wanted)
}

/** The least of 1, 2 and 5 times a power of ten that is not below a width. */
function roundAbove(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width))
  return power * (width <= power ? 1 : width <= 2 * power ? 2 : width <= 5 * power ? 5 : 10)
}
