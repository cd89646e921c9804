import { useMemo } from 'preact/hooks'
import type { CompareAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { useAnswer } from './ask.ts'
import { Choice } from './choice.tsx'
import { Figure } from './figure.tsx'
import { useLookedAnew } from './looked-anew.ts'
import { Plot, type PlotProps } from './plot.tsx'
import { askView, route } from './route.ts'
import { ScaleChoice } from './scale-choice.tsx'
import { useTitle } from './title.ts'
import { Waiting } from './waiting.tsx'
import { short } from './words.ts'

/** The dashes of the kinds of search that have a colour of their own, and beside it dashes of their own. */
const dashes: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [16, 4],
  [5, 5],
  [1, 4],
  [12, 3, 2, 3, 2, 3],
]

/** Runs against each other. */
export function ComparePage() {
  useTitle('Runs compared')
  const asked = useAnswer<CompareAnswer>(`/api/compare?${route.value.words}`, useLookedAnew())
  if (asked.state !== 'answered') return <Waiting asked={asked} />
  const { answer } = asked
  const runs = answer.groups.reduce((sum, group) => sum + group.runs.length, 0)
  return (
    <main id="content" tabIndex={-1}>
      <h1>{plural(runs, 'run')} compared</h1>
      <BestFigure {...answer} />
      <ReachedFigure {...answer} />
      {answer.left.length > 0 && (
        <section>
          <h2>Not compared</h2>
          <ul>
            {answer.left.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
    </main>
  )
}

function Legend({ groups }: CompareAnswer) {
  return (
    <ul class="groups">
      {groups.map(({ name, runs }, i) => (
        <li key={name}>
          <svg width="34" height="10" aria-hidden="true">
            <line
              class={`group-${i}`}
              x1="0"
              y1="5"
              x2="34"
              y2="5"
              stroke-width="3"
              stroke-dasharray={dashes[i]!.join(' ')}
            />
          </svg>{' '}
          {name} ({plural(runs.length, 'run')})
        </li>
      ))}
    </ul>
  )
}

function placesIn({ x, groups }: CompareAnswer): number[] {
  const columns = groups[0]?.median.length ?? 0
  return Array.from({ length: columns }, (_, i) => x.low + ((i + 1) / columns) * (x.high - x.low))
}

function BestFigure(answer: CompareAnswer) {
  const { x, y, groups, objectives, objective, summary } = answer
  const places = placesIn(answer)
  const plot = useMemo((): PlotProps => {
    const isBanded = ({ runs }: CompareAnswer['groups'][number]) => runs.length > 1
    return {
      ...{ x, y, places, height: 400 },
      lines: groups.flatMap((group, i) => [
        { name: `low ${i}`, values: group.low, colour: `--group-${i}`, width: 0, isStepped: true },
        { name: `high ${i}`, values: group.high, colour: `--group-${i}`, width: 0, isStepped: true },
        {
          name: `median ${i}`,
          values: group.median,
          colour: `--group-${i}`,
          width: 2,
          dash: dashes[i]!,
          isStepped: true,
        },
      ]),
      bands: groups.flatMap((group, i) =>
        isBanded(group) ? [{ between: [`low ${i}`, `high ${i}`] as const, colour: `--group-${i}`, isFaint: true }] : [],
      ),
    }
  }, [answer])
  return (
    <Figure
      title={`Best ${objective} so far`}
      summary={summary}
      table={thinnedTable(answer, places, 'median', short)}
      tools={
        <>
          {objectives.length > 1 && (
            <Choice
              label="Objective"
              value={objective}
              options={objectives.map((name) => [name, name])}
              onChange={(to) => askView({ objective: to })}
            />
          )}
          <ScaleChoice />
        </>
      }
    >
      <Plot {...plot} />
      <Legend {...answer} />
      <p class="legend" aria-hidden="true">
        The line is the median over the runs of a search that differ in their seeds, the area around it the middle half.
      </p>
    </Figure>
  )
}

function ReachedFigure(answer: CompareAnswer) {
  const { x, groups, targets, objective } = answer
  const places = placesIn(answer)
  const plot = useMemo(
    (): PlotProps => ({
      ...{ x, places, height: 320 },
      y: { scale: 'linear', low: 0, high: 1.02, name: 'part of targets reached' },
      lines: groups.map(({ reached }, i) => ({
        name: `reached ${i}`,
        values: reached,
        colour: `--group-${i}`,
        width: 2,
        dash: dashes[i]!,
        isStepped: true,
      })),
    }),
    [answer],
  )
  const ends = groups.map(({ name, reached }) => `${name} ${Math.round(100 * (reached.at(-1) ?? 0))} %`)
  return (
    <Figure
      title="How soon targets are reached"
      summary={`Of ${plural(targets, 'target')} for ${objective}, from where the runs begin to the best that any of them has found, are reached in the end: ${ends.join('; ')}.`}
      table={thinnedTable(answer, places, 'reached', (value) => `${Math.round(100 * value)} %`)}
    >
      <Plot {...plot} />
      <Legend {...answer} />
    </Figure>
  )
}

/** Every eighth column as a row. */
function thinnedTable(
  { groups }: CompareAnswer,
  places: readonly number[],
  what: 'median' | 'reached',
  inWords: (value: number) => string,
) {
  return {
    head: ['evaluations', ...groups.map(({ name }) => name)],
    rows: places.flatMap((place, i) => {
      if (i % 8 !== 7) return []
      const cells = groups.map((group) => group[what][i] ?? null)
      return [[short(Math.round(place)), ...cells.map((value) => (value === null ? '' : inWords(value)))]]
    }),
  }
}
