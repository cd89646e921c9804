import { useMemo } from 'preact/hooks'
import type { IndividualAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { CommandLine } from './command-line.tsx'
import { Fact } from './fact.tsx'
import { Figure, NumberTable } from './figure.tsx'
import { version } from './live.ts'
import { Plot, type PlotProps } from './plot.tsx'
import { addressOf, route } from './route.ts'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { duration, inWords, short } from './words.ts'

export function IndividualView({ run }: ViewProps) {
  const name = route.value.words.get('name') ?? '0.0'
  const asked = useAnswer<IndividualAnswer>(
    `/api/runs/${run}/individual?${new URLSearchParams({ name })}`,
    version.value,
  )
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  const { document, logs, left, commands } = asked.answer
  return (
    <>
      <h2 class="name">
        {asked.answer.name}: {document.outcome}
      </h2>
      {document.cause !== null && (
        <p class="problem">
          <code>{document.cause.kind}</code> {document.cause.message}
        </p>
      )}
      <div class="columns">
        <section>
          <h2>What was tried, and came of it</h2>
          <table>
            <tbody>
              {(document.fitness ?? []).map((value, i) => (
                <Fact key={`objective ${i}`} name={document.objectives[i] ?? String(i)} value={short(value)} isStrong />
              ))}
              {Object.entries(document.parameters).map(([key, value]) => (
                <Fact key={`parameter ${key}`} name={key} value={inWords(value)} />
              ))}
              {Object.entries(document.outputs ?? {}).map(([key, value]) => (
                <Fact key={`output ${key}`} name={`output ${key}`} value={inWords(value)} />
              ))}
              {document.budget !== null && <Fact name="budget" value={short(document.budget)} />}
              <Fact name="seed" value={String(document.seed)} />
            </tbody>
          </table>
          {left !== null && <p class="muted">{left}</p>}
        </section>
        <Family {...asked.answer} run={run} />
      </div>
      <section>
        <h2>Attempts</h2>
        {document.attempts.length === 0 ? <p>It has not been simulated yet.</p> : <Attempts {...asked.answer} />}
      </section>
      {document.reports.length > 1 && <Reports {...asked.answer} />}
      {logs.length > 0 && (
        <section>
          <h2>What it printed</h2>
          {logs.map(({ title, text }) => (
            <div key={title}>
              <p class="muted">{title}</p>
              <pre>{text}</pre>
            </div>
          ))}
        </section>
      )}
      <section>
        <h2>Do it again</h2>
        {commands.map((command) => (
          <CommandLine key={command} command={command} />
        ))}
      </section>
    </>
  )
}

function Family({ run, made, parents, children, document }: IndividualAnswer & ViewProps) {
  const links = (names: readonly string[]) =>
    names.map((name, i) => (
      <>
        {i > 0 && ', '}
        <a href={addressOf(run, 'individual', { name })}>{name}</a>
      </>
    ))
  return (
    <section>
      <h2>Where it comes from</h2>
      <table>
        <tbody>
          <tr>
            <th scope="row">made by</th>
            <td>{made ?? 'the optimizer does not say'}</td>
          </tr>
          <tr>
            <th scope="row">of</th>
            <td>{parents.length === 0 ? 'none' : links(parents)}</td>
          </tr>
          <tr>
            <th scope="row">of it were made</th>
            <td>{children.length === 0 ? 'none' : links(children)}</td>
          </tr>
          {document.continues !== null && (
            <tr>
              <th scope="row">goes on from</th>
              <td>{links([document.continues])}</td>
            </tr>
          )}
          {document.replaces !== null && (
            <tr>
              <th scope="row">in place of</th>
              <td>{links([`${document.generation}.${document.replaces}`])}</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  )
}

function Attempts({ document: { attempts } }: IndividualAnswer) {
  const rows = attempts.map(({ epoch, attempt, worker, host, verdict, milliseconds, cause }) => [
    `${epoch}-${attempt}`,
    String(worker),
    host,
    verdict,
    milliseconds === null ? '' : duration(milliseconds / 1000),
    cause === null ? '' : `${cause.kind}: ${cause.message}`,
  ])
  return <NumberTable label="Attempts" head={['attempt', 'worker', 'host', 'verdict', 'took', 'cause']} rows={rows} />
}

function Reports({ name, document: { reports } }: IndividualAnswer) {
  const plot = useMemo((): PlotProps => {
    const values = reports.map(({ value }) => value)
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const margin = (high - low || 1) / 20
    return {
      x: {
        scale: 'linear',
        low: Math.min(...reports.map(({ step }) => step)),
        high: Math.max(...reports.map(({ step }) => step)) + 1e-9,
        name: 'step',
        isWhole: reports.every(({ step }) => Number.isInteger(step)),
      },
      y: { scale: 'linear', low: low - margin, high: high + margin, name: 'reported value' },
      places: reports.map(({ step }) => step),
      lines: [{ name: 'reported', values, colour: '--best', width: 2 }],
      height: 240,
    }
  }, [reports])
  return (
    <section>
      <Figure
        title="Reports on its way"
        summary={`${name} reported ${short(reports.length)} values, the last ${short(reports.at(-1)!.value)} at step ${short(reports.at(-1)!.step)}.`}
        table={{
          head: ['attempt', 'step', 'value'],
          rows: reports.map(({ attempt, step, value }) => [String(attempt), short(step), short(value)]),
        }}
      >
        <Plot {...plot} />
      </Figure>
    </section>
  )
}
