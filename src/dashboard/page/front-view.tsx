import { useMemo } from 'preact/hooks'
import type { FrontAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { useAnswer } from './ask.ts'
import { Choice } from './choice.tsx'
import { Figure } from './figure.tsx'
import { version } from './live.ts'
import { Plot, type PlotProps } from './plot.tsx'
import { addressOf, askView, route } from './route.ts'
import { Sign } from './sign.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { drawnInWords, short } from './words.ts'

/** The most individuals of the front that have a row with a link. */
const mostRows = 100

export function FrontView({ run }: ViewProps) {
  const asked = useAnswer<FrontAnswer>(`/api/runs/${run}/front?${route.value.words}`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  const { answer } = asked
  if (answer.count === 0) return <p>{answer.summary}</p>
  return (
    <>
      <FrontFigure {...answer} />
      {answer.volumes.length > 1 && <VolumeFigure {...answer} />}
      <Members {...answer} run={run} />
    </>
  )
}

function FrontFigure(answer: FrontAnswer) {
  const { x, y, objectives, density, members, summary, drawn } = answer
  const [across, up] = [objectives.indexOf(x.name), objectives.indexOf(y.name)]
  const plot = useMemo(
    (): PlotProps => ({
      ...{ x, y, density, height: 420, places: [x.low, x.high], lines: [] },
      dots: members.map(({ fitness }) => [fitness[across]!, fitness[up]!] as const),
    }),
    [answer],
  )
  const options = objectives.map((name, i) => [String(i), name] as const)
  return (
    <Figure
      title={`${y.name} against ${x.name}`}
      summary={`${summary} ${drawnInWords(drawn)}`.trim()}
      table={{
        head: ['individual', ...objectives],
        rows: members.map(({ name, fitness }) => [name, ...fitness.map(short)]),
      }}
      tools={
        objectives.length > 2 && (
          <>
            <Choice label="Across" value={String(across)} options={options} onChange={(to) => askView({ x: to })} />
            <Choice label="Up" value={String(up)} options={options} onChange={(to) => askView({ y: to })} />
          </>
        )
      }
    >
      <Plot {...plot} />
      <p class="legend" aria-hidden="true">
        <Sign of="density">every evaluation</Sign>
        <Sign of="dot">the front: none is better in every objective</Sign>
      </p>
    </Figure>
  )
}

function VolumeFigure(answer: FrontAnswer) {
  const { volumes, reference, objectives } = answer
  const plot = useMemo((): PlotProps => {
    const values = volumes.map(([, volume]) => volume)
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
    const margin = (high - low || 1) / 20
    return {
      x: { scale: 'linear', low: volumes[0]![0], high: volumes.at(-1)![0], name: 'generation', isWhole: true },
      y: { scale: 'linear', low: Math.max(0, low - margin), high: high + margin, name: 'hypervolume' },
      places: volumes.map(([generation]) => generation),
      lines: [{ name: 'hypervolume', values, colour: '--best', width: 2.5, isStepped: true }],
      height: 240,
    }
  }, [answer])
  const [first, last] = [volumes[0]!, volumes.at(-1)!]
  const from = reference?.map((value, i) => `${objectives[i]} ${short(value)}`).join(', ') ?? ''
  return (
    <Figure
      title="Hypervolume of the front"
      summary={`The volume between the front and ${from} went from ${short(first[1])} to ${short(last[1])} in generation ${short(last[0])}.`}
      table={{
        head: ['generation', 'hypervolume'],
        rows: volumes.map(([generation, volume]) => [short(generation), short(volume)]),
      }}
    >
      <Plot {...plot} />
    </Figure>
  )
}

function Members({ members, objectives, count, run }: FrontAnswer & ViewProps) {
  return (
    <section>
      <h2>{`The front: ${plural(count, 'individual')}`}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" aria-label="The front" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">individual</th>
              {objectives.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.slice(0, mostRows).map(({ name, fitness }) => (
              <tr key={name}>
                <th scope="row">
                  <a href={addressOf(run, 'individual', { name })}>{name}</a>
                </th>
                {fitness.map((value, i) => (
                  <td key={objectives[i]} class="number">
                    {short(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}
