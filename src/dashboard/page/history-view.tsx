import { useMemo } from 'preact/hooks'
import type { HistoryAnswer } from '../answers.ts'
import { isReport, useAnswer } from './ask.ts'
import { Choice } from './choice.tsx'
import { Figure, type PictureKeys } from './figure.tsx'
import { version } from './live.ts'
import { ObjectiveChoice } from './objective-choice.tsx'
import { Plot, type PlotProps, type ZoomedPart } from './plot.tsx'
import { askView, route } from './route.ts'
import { ScaleChoice } from './scale-choice.tsx'
import { Sign } from './sign.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { clock, drawnInWords, isNothing, short } from './words.ts'
import { partAfter, type SeenPart } from './zoom.ts'

export function HistoryView({ run }: ViewProps) {
  const { words } = route.value
  const asked = useAnswer<HistoryAnswer>(`/api/runs/${run}/history?${words}`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  return <HistoryFigure {...asked.answer} />
}

const notZoomed = { from: undefined, to: undefined, low: undefined, high: undefined }

function askPart(part: ZoomedPart): void {
  askView({ from: String(part.from), to: String(part.to), low: String(part.low), high: String(part.high) })
}

/** The keys by which one looks closer. They go by what was asked for last, of which the answer may be on its way. */
function keysOf({ x, y, whole }: HistoryAnswer, words: URLSearchParams, inWords: (at: number) => string): PictureKeys {
  const asked = (name: string, otherwise: number) => (words.has(name) ? Number(words.get(name)) : otherwise)
  const seen: SeenPart = {
    x: { ...whole.x, low: asked('from', whole.x.low), high: asked('to', whole.x.high) },
    y: { ...whole.y, low: asked('low', whole.y.low), high: asked('high', whole.y.high) },
  }
  return {
    onKey(key) {
      const next = partAfter(key, seen, whole)
      if (next === undefined) return false
      if (next === 'whole') askView(notZoomed)
      else askPart({ from: next.x.low, to: next.x.high, low: next.y.low, high: next.y.high })
      return true
    },
    help: 'Plus looks closer, minus farther, arrows move to other parts, 0 or Escape shows all.',
    seen: `Shown are ${x.name} from ${inWords(x.low)} to ${inWords(x.high)}, ${y.name} from ${short(y.low)} to ${short(y.high)}.`,
  }
}

function HistoryFigure(answer: HistoryAnswer) {
  const { x, y, objectives, density, parts, budget, best, quarter, median, threeQuarters, summary, drawn } = answer
  const { words } = route.value
  const over = words.get('over') ?? 'evaluations'
  const inWords = (at: number) => (over === 'time' ? clock(at) : short(Math.round(at)))
  const places = useMemo(() => best.map((_, i) => x.low + ((i + 0.5) / best.length) * (x.high - x.low)), [x, best])
  const plot = useMemo(
    (): PlotProps => ({
      x,
      y,
      isTime: over === 'time',
      places,
      lines: [
        { name: 'quarter', values: quarter, colour: '--median', width: 0 },
        { name: 'three quarters', values: threeQuarters, colour: '--median', width: 0 },
        { name: 'median', values: median, colour: '--median', width: 1.5 },
        { name: 'best so far', values: best, colour: '--best', width: 2.5, isStepped: true },
      ],
      bands: [{ between: ['quarter', 'three quarters'], colour: '--band' }],
      density,
      ...(parts && { behind: parts }),
      height: 420,
      ...(!isReport && {
        onZoom: askPart,
      }),
    }),
    [answer],
  )
  const isZoomed = words.has('from') || words.has('low')
  const rows = best.flatMap((value, i) => {
    if (value === null || (i % Math.ceil(best.length / 40) !== 0 && i !== best.length - 1)) return []
    const at = places[i]!
    return [
      [
        inWords(at),
        short(value),
        ...[quarter[i], median[i], threeQuarters[i]].map((one) =>
          one === null || one === undefined ? '' : short(one),
        ),
      ],
    ]
  })
  if (isNothing(density) && !isZoomed && (parts === null || isNothing(parts))) return <p>{summary}</p>
  return (
    <Figure
      title={`${y.name} over ${x.name}`}
      summary={`${summary} ${drawnInWords(drawn)}`.trim()}
      {...(!isReport && { keys: keysOf(answer, words, inWords) })}
      table={{ head: [x.name, 'best so far', 'quarter', 'median', 'three quarters'], rows }}
      tools={
        <>
          <ObjectiveChoice objectives={objectives} forgets={notZoomed} />
          <Choice
            label="Over"
            isKept
            value={over}
            options={[
              ['evaluations', 'evaluations'],
              ['generations', 'generations'],
              ['time', 'time'],
            ]}
            onChange={(to) => askView({ ...notZoomed, over: to })}
          />
          <ScaleChoice forgets={notZoomed} />
          {isZoomed && (
            <button type="button" onClick={() => askView(notZoomed)}>
              Show all
            </button>
          )}
        </>
      }
    >
      <Plot {...plot} />
      <p class="legend" aria-hidden="true">
        <Sign of="density">
          {parts ? `every evaluation with the most ${budget}` : 'every evaluation'}, the stronger the more
        </Sign>
        {parts && <Sign of="part">those with less of it, which no line is about</Sign>}
        <Sign of="best">best so far</Sign>
        <Sign of="median">median and middle half</Sign>
        {density.beyond > 0 && <span>{short(density.beyond)} beyond the picture are drawn at its edge</span>}
        {!isReport && <span>Drag over a part to see it closer, or use the keys + − 0 and arrows.</span>}
      </p>
    </Figure>
  )
}
