import { useMemo } from 'preact/hooks'
import type { HistoryAnswer } from '../answers.ts'
import { isReport, useAnswer } from './ask.ts'
import { Choice } from './choice.tsx'
import { Figure } from './figure.tsx'
import { version } from './live.ts'
import { ObjectiveChoice } from './objective-choice.tsx'
import { Plot, type PlotProps } from './plot.tsx'
import { askView, route } from './route.ts'
import { Sign } from './sign.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { clock, drawnInWords, isNothing, short } from './words.ts'

export function HistoryView({ run }: ViewProps) {
  const { words } = route.value
  const asked = useAnswer<HistoryAnswer>(`/api/runs/${run}/history?${words}`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  return <HistoryFigure {...asked.answer} />
}

const notZoomed = { from: undefined, to: undefined, low: undefined, high: undefined }

function HistoryFigure(answer: HistoryAnswer) {
  const { x, y, objectives, density, parts, budget, best, quarter, median, threeQuarters, summary, drawn } = answer
  const { words } = route.value
  const over = words.get('over') ?? 'evaluations'
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
        onZoom: ({ from, to, low, high }) =>
          askView({ from: String(from), to: String(to), low: String(low), high: String(high) }),
      }),
    }),
    [answer],
  )
  const isZoomed = words.has('from') || words.has('low')
  const rows = best.flatMap((value, i) => {
    if (value === null || (i % Math.ceil(best.length / 40) !== 0 && i !== best.length - 1)) return []
    const at = places[i]!
    const place = over === 'time' ? clock(at) : short(Math.round(at))
    return [
      [
        place,
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
      summary={summary}
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
          <Choice
            label="Scale"
            value={words.get('scale') ?? 'auto'}
            options={[
              ['auto', 'automatic'],
              ['linear', 'linear'],
              ['log', 'logarithmic'],
            ]}
            onChange={(scale) => askView({ ...notZoomed, scale })}
          />
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
          {parts ? `every evaluation with the most ${budget}` : 'every evaluation'}, darker where there are more
        </Sign>
        {parts && <Sign of="part">those with less of it, which no line is about</Sign>}
        <Sign of="best">best so far</Sign>
        <Sign of="median">median and middle half</Sign>
        {density.beyond > 0 && <span>{short(density.beyond)} beyond the picture are drawn at its edge</span>}
        <span>{drawnInWords(drawn)}</span>
        {!isReport && <span>Drag over a part to see it closer.</span>}
      </p>
    </Figure>
  )
}
