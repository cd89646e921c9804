import type { ParallelAnswer } from '../answers.ts'
import { spreadBelow } from '../words.ts'
import { type Brush, fitting } from './canvas.tsx'
import { endsOf } from './words.ts'

/** What stands around the axes. */
export const frame = { left: 44, right: 44, top: 62, bottom: 38 } as const

/** Where axes are closer than this, the numbers at the ends of neighbours stand on two levels, as their names do. */
const roomOfNumber = 64

export function heightOfParallel(width: number): number {
  return width > 600 ? 440 : 340
}

/** Where an axis stands in a picture of that width. */
export function axisPlace(i: number, count: number, width: number): number {
  return frame.left + (i / Math.max(1, count - 1)) * (width - frame.left - frame.right)
}

/** All as bands between places of neighbouring axes, some as lines, the best of them strongest. Lines pass axes on which they have no place dashed. */
export function drawParallel(brush: Brush, answer: ParallelAnswer): void {
  const { context, width, height, colour } = brush
  const { axes, lines } = answer
  const inner = height - frame.top - frame.bottom
  const across = axes.map((_, i) => axisPlace(i, axes.length, width))
  const up = (place: number) => frame.top + (1 - Math.max(0, Math.min(1, place))) * inner
  drawBands(brush, answer, across, up)
  context.lineJoin = 'round'
  for (const [i, { places }] of [...lines.entries()].reverse()) {
    const isBest = i === 0
    context.globalAlpha = isBest ? 1 : Math.max(0.15, Math.min(0.7, 30 / lines.length))
    context.strokeStyle = colour(isBest ? '--best' : '--accent')
    context.lineWidth = isBest ? 2.5 : 1
    for (const isDashed of [false, true]) {
      context.setLineDash(isDashed ? [4, 5] : [])
      context.beginPath()
      let before: number | undefined
      for (const [axis, place] of places.entries()) {
        if (place === null) continue
        if (before !== undefined && axis - before > 1 === isDashed) {
          context.moveTo(across[before]!, up(places[before]!))
          context.lineTo(across[axis]!, up(place))
        }
        before = axis
      }
      context.stroke()
    }
  }
  context.setLineDash([])
  context.globalAlpha = 1
  for (const [i, axis] of axes.entries()) drawAxis(brush, axis, across[i]!, up, (width - 40) / axes.length, i)
}

function drawBands(
  { context, colour }: Brush,
  { gaps }: ParallelAnswer,
  across: readonly number[],
  up: (place: number) => number,
): void {
  context.fillStyle = colour('--faint')
  for (const [gap, { columns, rows, counts }] of gaps.entries()) {
    const most = Math.log(1 + counts.reduce((a, b) => Math.max(a, b), 0))
    for (const [cell, count] of counts.entries()) {
      if (count === 0) continue
      const [from, to] = [Math.floor(cell / rows), cell % rows]
      context.globalAlpha = 0.03 + (0.17 * Math.log(1 + count)) / most
      context.beginPath()
      context.moveTo(across[gap]!, up(from / columns))
      context.lineTo(across[gap]!, up((from + 1) / columns))
      context.lineTo(across[gap + 1]!, up((to + 1) / rows))
      context.lineTo(across[gap + 1]!, up(to / rows))
      context.fill()
    }
  }
  context.globalAlpha = 1
}

/** A text that lines behind it do not strike out. */
function outlinedText({ context, colour }: Brush, text: string, x: number, y: number): void {
  context.strokeStyle = colour('--ground')
  context.lineWidth = 4
  context.strokeText(text, x, y)
  context.fillText(text, x, y)
}

function drawAxis(
  brush: Brush,
  axis: ParallelAnswer['axes'][number],
  x: number,
  up: (place: number) => number,
  room: number,
  i: number,
): void {
  const { context, width, colour } = brush
  const { name, labels, kept } = axis
  context.fillStyle = colour('--muted')
  context.fillRect(x - 0.5, up(1), 1, up(0) - up(1))
  if (kept) {
    context.fillStyle = colour('--best')
    context.fillRect(x - 3, up(kept[1]), 6, Math.max(2, up(kept[0]) - up(kept[1])))
  }
  // The names of the first and the last stand within the picture.
  const isLast = x > width - frame.right - 1
  context.textAlign = i === 0 ? 'left' : isLast ? 'right' : 'center'
  context.fillStyle = colour('--text')
  // Names of neighbours stand on two levels, so that they have twice the room.
  const end = i === 0 ? 0 : isLast ? width : x
  context.fillText(fitting(context, name, 2 * room - 8), end, i % 2 === 0 ? 10 : 26)
  context.textAlign = 'center'
  context.fillStyle = colour('--muted')
  if (labels) {
    context.textAlign = 'left'
    for (const level of spreadBelow(labels.length, 12))
      outlinedText(brush, fitting(context, labels[level]!, 70), x + 5, up((level + 0.5) / labels.length))
    return
  }
  const [low, high] = endsOf(axis)
  const level = room < roomOfNumber && i % 2 === 1 ? 12 : 0
  context.fillText(high, x, up(1) - 7 - level)
  context.fillText(low, x, up(0) + 12 + level)
}
