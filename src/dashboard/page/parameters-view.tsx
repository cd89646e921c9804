import { useMemo } from 'preact/hooks'
import { valueAtPlace } from '../../analysis/density.ts'
import type { AxisAnswer, ParameterPicture, ParametersAnswer } from '../answers.ts'
import { levelsIn, plural } from '../words.ts'
import { useAnswer } from './ask.ts'
import { Figure } from './figure.tsx'
import { version } from './live.ts'
import { ObjectiveChoice } from './objective-choice.tsx'
import { Plot, type PlotProps } from './plot.tsx'
import { route } from './route.ts'
import { ScaleChoice } from './scale-choice.tsx'
import { ShareChoice } from './share-choice.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { drawnInWords, isNothing, short } from './words.ts'

export function ParametersView({ run }: ViewProps) {
  const { words } = route.value
  const asked = useAnswer<ParametersAnswer>(`/api/runs/${run}/parameters?${words}`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  const { parameters, objectives, share, y, left, drawn } = asked.answer
  if (parameters.every(({ density }) => isNothing(density))) return <p>Nothing was evaluated well yet.</p>
  return (
    <>
      <div class="tools">
        <ObjectiveChoice objectives={objectives} />
        <ShareChoice share={share} />
        <ScaleChoice />
      </div>
      <p class="muted">
        The most important first. The line marks the best individual. {drawnInWords(drawn)}
        {left > 0 && ` ${plural(left, 'less important parameter')} not drawn.`}
      </p>
      <div class="pictures">
        {parameters.map((picture) => (
          <ParameterFigure key={picture.x.name} picture={picture} y={y} />
        ))}
      </div>
    </>
  )
}

function ParameterFigure({ picture, y }: { readonly picture: ParameterPicture; readonly y: AxisAnswer }) {
  const { x, labels, density, best, summary, importance } = picture
  const plot = useMemo(
    (): PlotProps => ({
      x,
      y,
      places: [x.low, x.high],
      lines: [],
      density,
      height: 230,
      ...(labels && { labels }),
      mark: best,
    }),
    [picture, y],
  )
  const rows = Array.from({ length: density.columns }, (_, column) => {
    const counts = density.counts.slice(column * density.rows, (column + 1) * density.rows)
    const count = counts.reduce((a, b) => a + b, 0)
    const name = labels
      ? levelsIn(labels, column, density.columns)
      : `${short(valueAtPlace(x, column / density.columns))} to ${short(valueAtPlace(x, (column + 1) / density.columns))}`
    return { name, count }
  })
  return (
    <Figure
      title={importance === null ? x.name : `${x.name}: ${Math.round(importance * 100)} %`}
      summary={summary}
      table={{
        head: [x.name, 'evaluations'],
        rows: rows.filter(({ count }) => count > 0).map(({ name, count }) => [name, short(count)]),
      }}
    >
      <Plot {...plot} />
    </Figure>
  )
}
