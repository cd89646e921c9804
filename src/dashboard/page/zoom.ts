import { type DrawnAxis, placeOn, valueAtPlace } from '../../analysis/density.ts'

/** The two axes of a picture, or the parts of them that are seen. */
export interface SeenPart {
  readonly x: DrawnAxis
  readonly y: DrawnAxis
}

/** What a key does to the part of a picture that is seen; undefined is a key that does nothing. */
export function partAfter(key: string, seen: SeenPart, whole: SeenPart): SeenPart | 'whole' | undefined {
  const moved = (x: Change, y: Change): SeenPart => ({ x: changed(seen.x, whole.x, x), y: changed(seen.y, whole.y, y) })
  switch (key) {
    case '+':
    case '=':
      return moved({ ...still, factor: 0.5 }, { ...still, factor: 0.5 })
    case '-':
    case '_':
      return moved({ ...still, factor: 2 }, { ...still, factor: 2 })
    case 'ArrowLeft':
      return moved({ ...still, shift: -step }, still)
    case 'ArrowRight':
      return moved({ ...still, shift: step }, still)
    case 'ArrowDown':
      return moved(still, { ...still, shift: -step })
    case 'ArrowUp':
      return moved(still, { ...still, shift: step })
    case '0':
    case 'Escape':
      return 'whole'
  }
  return undefined
}

interface Change {
  /** How wide it is then, in widths of what is seen. */
  readonly factor: number
  /** How far its middle moves, in widths of what is seen. */
  readonly shift: number
}

const still: Change = { factor: 1, shift: 0 }
const step = 0.25

/** Nobody looks closer than at this part of the whole. */
const narrowest = 1e-6

/** A part of an axis that is wider, narrower or elsewhere, and never beyond the whole. */
function changed(seen: DrawnAxis, whole: DrawnAxis, { factor, shift }: Change): DrawnAxis {
  const [from, to] = [placeOn(whole, seen.low), placeOn(whole, seen.high)]
  const width = Math.min(1, Math.max(narrowest, (to - from) * factor))
  const low = Math.max(0, Math.min(1 - width, (from + to - width) / 2 + shift * (to - from)))
  return { ...whole, low: valueAtPlace(whole, low), high: valueAtPlace(whole, low + width) }
}
