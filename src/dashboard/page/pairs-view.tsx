import type { PairPicture, PairsAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { useAnswer } from './ask.ts'
import { type Brush, Canvas, fitting } from './canvas.tsx'
import { Figure } from './figure.tsx'
import { version } from './live.ts'
import { ObjectiveChoice } from './objective-choice.tsx'
import { type Colour, colourIn } from './raster.ts'
import { route } from './route.ts'
import { ShareChoice } from './share-choice.tsx'
import { Sign } from './sign.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { drawnInWords, endsOf, short } from './words.ts'

export function PairsView({ run }: ViewProps) {
  const asked = useAnswer<PairsAnswer>(`/api/runs/${run}/pairs?${route.value.words}`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  const { answer } = asked
  const { pairs, axes, objectives, share, summary, left, drawn } = answer
  if (pairs.every(({ count }) => count === 0)) return <p>{summary}</p>
  return (
    <Figure
      title="Parameters, two and two"
      summary={`${summary} ${drawnInWords(drawn)}`.trim()}
      tools={
        <>
          <ObjectiveChoice objectives={objectives} />
          <ShareChoice share={share} />
        </>
      }
      table={{
        head: ['parameters', 'evaluations', 'where the best are'],
        rows: pairs.map(({ x, y, count, best }) => [
          `${axes[x]!.name} and ${axes[y]!.name}`,
          short(count),
          best ?? (count === 0 ? noneHasBoth : 'cannot be told'),
        ]),
      }}
    >
      <Canvas
        of={answer}
        heightFor={(width) => layoutFor(width, axes.length).height}
        draw={(brush) => draw(brush, answer)}
      />
      <p class="legend" aria-hidden="true">
        <Sign of="density">from the worst to the best, by the mean rank of those in a place</Sign>
        {left > 0 && <span>{plural(left, 'less important parameter')} not drawn.</span>}
      </p>
    </Figure>
  )
}

/** Why a square is empty: parameters that apply under different conditions are never there together. */
const noneHasBoth = 'no individual has both'

const [labelWidth, labelHeight, between] = [76, 34, 8]

/** A square for every pair: a column for each axis but the last, a row for each but the first. */
function layoutFor(width: number, axes: number): { readonly side: number; readonly height: number } {
  const side = Math.min(230, (width - labelWidth) / (axes - 1) - between)
  return { side, height: (axes - 1) * (side + between) + labelHeight }
}

function draw({ context, width, colour, style }: Brush, { axes, pairs }: PairsAnswer): void {
  const { side } = layoutFor(width, axes.length)
  const shades = [colourIn(style, '--density-strong'), colourIn(style, '--density-weak')] as const
  for (const pair of pairs) {
    const [left, top] = [labelWidth + pair.x * (side + between), (pair.y - 1) * (side + between)]
    context.fillStyle = colour('--surface')
    context.fillRect(left, top, side, side)
    context.imageSmoothingEnabled = false
    context.drawImage(imageOf(pair, shades), left, top, side, side)
    if (pair.count > 0) continue
    context.fillStyle = colour('--muted')
    context.textAlign = 'center'
    const lines = side > 140 ? [noneHasBoth] : side > 76 ? ['no individual', 'has both'] : ['none']
    for (const [i, line] of lines.entries())
      context.fillText(line, left + side / 2, top + side / 2 + 16 * (i - (lines.length - 1) / 2))
  }
  context.fillStyle = colour('--muted')
  for (const [i, axis] of axes.entries()) {
    const { name, labels } = axis
    const [low, high] = labels ? [labels[0] ?? '', labels.at(-1) ?? ''] : endsOf(axis)
    if (i > 0) {
      const middle = (i - 1) * (side + between) + side / 2
      context.textAlign = 'right'
      context.fillText(fitting(context, name, labelWidth - 8), labelWidth - 8, middle)
      if (side > 70) {
        context.fillText(fitting(context, high, labelWidth - 8), labelWidth - 8, middle - side / 2 + 8)
        context.fillText(fitting(context, low, labelWidth - 8), labelWidth - 8, middle + side / 2 - 8)
      }
    }
    if (i < axes.length - 1) {
      const left = labelWidth + i * (side + between)
      const below = (axes.length - 1) * (side + between)
      context.textAlign = 'center'
      context.fillText(fitting(context, name, side), left + side / 2, below + 20)
      if (side > 100) {
        context.textAlign = 'left'
        context.fillText(fitting(context, low, side / 2 - 4), left, below + 4)
        context.textAlign = 'right'
        context.fillText(fitting(context, high, side / 2 - 4), left + side, below + 4)
      }
    }
  }
}

function imageOf({ columns, rows, cells }: PairPicture, [best, worst]: readonly [Colour, Colour]): OffscreenCanvas {
  const image = new ImageData(columns, rows)
  for (const [cell, digit] of Array.from(cells).entries()) {
    if (digit === '.') continue
    const part = Number(digit) / 9
    const at = 4 * ((rows - 1 - (cell % rows)) * columns + Math.floor(cell / rows))
    image.data.set([...best.map((value, i) => Math.round(value + part * (worst[i]! - value))), 255], at)
  }
  const small = new OffscreenCanvas(columns, rows)
  small.getContext('2d')!.putImageData(image, 0, 0)
  return small
}
