import { useMemo } from 'preact/hooks'
import type { ReportsAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { Figure } from './figure.tsx'
import { version } from './live.ts'
import { Plot, type PlotProps } from './plot.tsx'
import { Sign } from './sign.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { short } from './words.ts'

export function ReportsView({ run }: ViewProps) {
  const asked = useAnswer<ReportsAnswer>(`/api/runs/${run}/reports`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  if (asked.answer.curves.length === 0) return <p>{asked.answer.summary}</p>
  return <ReportsFigure {...asked.answer} />
}

function ReportsFigure(answer: ReportsAnswer) {
  const { x, y, curves, summary } = answer
  const plot = useMemo((): PlotProps => {
    const places = [...new Set(curves.flatMap(({ points }) => points.map(([step]) => step)))].sort((a, b) => a - b)
    const sorted = [...curves].sort((a, b) => Number(a.isBest) - Number(b.isBest)) // the best are drawn over the others
    return {
      x,
      y,
      places,
      lines: sorted.map(({ name, isBest, points }) => {
        const values = new Map(points)
        return {
          name,
          values: places.map((step) => values.get(step) ?? null),
          colour: isBest ? '--best' : '--faint',
          width: isBest ? 2 : 1,
        }
      }),
      height: 420,
    }
  }, [answer])
  return (
    <Figure
      title="Values that simulations reported on their way"
      summary={summary}
      table={{
        head: ['individual', 'steps', 'first', 'last'],
        rows: curves.map(({ name, points }) => [
          name,
          short(points.length),
          short(points[0]![1]),
          short(points.at(-1)![1]),
        ]),
      }}
    >
      <Plot {...plot} />
      <p class="legend" aria-hidden="true">
        <Sign of="best">the best individuals</Sign>
        <Sign of="faint">some others</Sign>
      </p>
    </Figure>
  )
}
