import { generationsInWords } from '../../record/generations-in-words.ts'
import type { OverviewAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { useAnswer } from './ask.ts'
import { CommandLine } from './command-line.tsx'
import { Fact } from './fact.tsx'
import { version } from './live.ts'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { duration, inWords, nameOf, short } from './words.ts'

export function OverviewView({ run }: ViewProps) {
  const asked = useAnswer<OverviewAnswer>(`/api/runs/${run}/overview`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  const { answer } = asked
  return (
    <>
      <Tiles {...answer} />
      <div class="columns">
        <Best {...answer} />
        <Facts {...answer} />
      </div>
      <Failures {...answer} />
      <section>
        <h2>More of it</h2>
        {answer.commands.map((command) => (
          <CommandLine key={command} command={command} />
        ))}
      </section>
    </>
  )
}

function Tiles({ summary, rate, secondsLeft }: OverviewAnswer) {
  const { individuals, evaluations, generations, generationLimit, workers, usage } = summary
  const { stopped } = evaluations
  const pending = individuals - evaluations.done - evaluations.failed - (stopped ?? 0)
  const tiles: readonly (readonly [string, string, string?])[] = [
    ['done', short(evaluations.done), `of ${plural(individuals, 'individual')}`],
    ...(stopped === undefined ? [] : [['stopped', short(stopped), 'on their way'] as const]),
    ['failed', short(evaluations.failed), pending > 0 ? `${short(pending)} to do` : 'none to do'],
    ['generations', short(generations), generationLimit === null ? undefined : beyondIn(summary)],
    ['rate', rate === null ? '–' : `${short(Number(rate.toPrecision(3)))}/s`, 'since the last start'],
    [
      'time left',
      secondsLeft === null ? '–' : duration(secondsLeft),
      secondsLeft === null ? undefined : 'at this rate',
    ],
    [
      'workers',
      short(workers.alive),
      workers.lost > 0 ? `${workers.lost} lost` : `of ${plural(workers.launched, 'launch', 'launches')}`,
    ],
    ['busy', usage.busyFraction === null ? '–' : `${Math.round(usage.busyFraction * 100)} %`, 'of the workers’ time'],
  ]
  return (
    <dl class="tiles">
      {tiles.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {note !== undefined && <dd class="muted">{note}</dd>}
        </div>
      ))}
    </dl>
  )
}

/** What follows the number of generations in words about it. */
function beyondIn(summary: OverviewAnswer['summary']): string {
  return generationsInWords(summary).replace(/^\d+,? /, '')
}

/** The most parameters of the best that have a row. */
const mostParameters = 40

function Best({ summary: { best, objectives }, found, isFront, parametersLeft }: OverviewAnswer) {
  const names = Object.keys(objectives)
  const parameters = Object.entries(best?.parameters ?? {})
  const left = Math.max(0, parameters.length - mostParameters) + parametersLeft
  return (
    <section>
      <h2>{isFront ? 'Front' : 'Best individual'}</h2>
      <p>{best === null ? 'None was simulated well yet.' : found}</p>
      {best !== null && (
        <table>
          <tbody>
            <Fact name={isFront ? 'one of it' : 'individual'} value={nameOf(best)} />
            {best.fitness.map((value, i) => {
              const error = best.standardError?.[i] ?? null
              return (
                <Fact
                  key={names[i]}
                  name={names[i] ?? String(i)}
                  value={`${short(value)}${error === null ? '' : ` ± ${short(error)}`}`}
                  isStrong
                />
              )
            })}
            {best.violation !== undefined && (
              <Fact name="violates" value={`the constraints by ${short(best.violation)}`} />
            )}
            {parameters.slice(0, mostParameters).map(([name, value]) => (
              <Fact key={name} name={name} value={inWords(value)} />
            ))}
            {left > 0 && <Fact name="" value={`and ${plural(left, 'further parameter')}`} />}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Facts({ summary, settings, problem }: OverviewAnswer) {
  const { status, reason, holder, optimizer, seed, order, created, host, directory, benchedHosts, usage, attempts } =
    summary
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['state', reason === null ? status : `${status}: ${reason}`],
    ['held by', holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : undefined],
    ...problem,
    ['optimizer', optimizer === null ? undefined : `${optimizer}${seed === null ? '' : `, seed ${seed}`}`],
    ...settings.map(([name, value]) => [`· ${name}`, value] as const),
    ['order of telling', order],
    ['attempts', short(attempts)],
    [
      'used',
      `${plural(usage.steps, 'worker launch', 'worker launches')}, ${Number(usage.nodeHours.toPrecision(3))} node-hours`,
    ],
    ['benched hosts', benchedHosts.length > 0 ? benchedHosts.join(', ') : undefined],
    [
      'begun',
      created === null ? undefined : `${created.slice(0, 19).replace('T', ' ')}${host === null ? '' : ` on ${host}`}`,
    ],
    ['directory', directory],
  ]
  return (
    <section>
      <h2>The search</h2>
      <table>
        <tbody>
          {facts.map(([name, value]) => value !== undefined && <Fact key={name} name={name} value={value} />)}
        </tbody>
      </table>
    </section>
  )
}

function Failures({ failures }: OverviewAnswer) {
  if (failures.length === 0) return null
  return (
    <section>
      <h2>Failures by cause</h2>
      <ul class="failures">
        {failures.map(({ count, cause, example, lastLine, commands }) => (
          <li key={example}>
            <p>
              <strong class="count">{short(count)}</strong> <code>{cause.kind}</code> {cause.message}
            </p>
            {lastLine !== null && <pre>{lastLine}</pre>}
            <p class="muted">for example {example}:</p>
            {commands.map((command) => (
              <CommandLine key={command} command={command} />
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}
