import { useEffect, useState } from 'preact/hooks'
import type { RunLine, RunsAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { addressOf } from './route.ts'
import { Status } from './status.tsx'
import { Waiting } from './waiting.tsx'
import { plural, short } from './words.ts'

/** All runs are looked at anew so often. */
const lookEveryMs = 5000

export function RunsPage() {
  const [version, setVersion] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setVersion((count) => count + 1), lookEveryMs)
    return () => clearInterval(timer)
  }, [])
  const asked = useAnswer<RunsAnswer>('/api/runs', version)
  if (asked.state !== 'answered') return <Waiting asked={asked} />
  const { root, runs } = asked.answer
  return (
    <main id="content" tabIndex={-1}>
      <h1>{plural(runs.length, 'run')}</h1>
      <p class="muted">
        under <code>{root}</code>
      </p>
      {runs.length === 0 ? <p>They have all been removed.</p> : <RunsTable runs={runs} />}
    </main>
  )
}

function RunsTable({ runs }: { readonly runs: readonly RunLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scroll" aria-label="Runs" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {['run', 'state', 'progress', 'evaluated', 'failed', 'best', 'optimizer', 'begun', 'held by'].map(
              (name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow key={run.number} run={run} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function RunRow({ run }: { readonly run: RunLine }) {
  const name = (
    <th scope="row">
      <a href={addressOf(run.number, 'overview')}>{run.name}</a>
    </th>
  )
  if ('problem' in run) {
    return (
      <tr>
        {name}
        <td colSpan={8}>{run.problem}</td>
      </tr>
    )
  }
  const { status, generations, generationLimit, evaluations, best, objectives, optimizer, seed, created, holder } =
    run.summary
  const names = Object.keys(objectives)
  return (
    <tr>
      {name}
      <td>
        <Status status={status} />
      </td>
      <td>
        {generationLimit === null ? (
          plural(generations, 'generation')
        ) : (
          <>
            <progress value={generations} max={generationLimit} aria-label="generations" /> {generations} of{' '}
            {generationLimit}
          </>
        )}
      </td>
      <td class="number">{short(evaluations.done + evaluations.failed)}</td>
      <td class="number">{short(evaluations.failed)}</td>
      <td>{best ? best.fitness.map((value, i) => `${names[i] ?? i} ${short(value)}`).join(', ') : 'none yet'}</td>
      <td>
        {optimizer ?? ''}
        {seed === null ? '' : `, seed ${seed}`}
      </td>
      <td>{created?.slice(0, 16).replace('T', ' ') ?? ''}</td>
      <td>{holder ? `${holder.host} (${holder.pid})` : ''}</td>
    </tr>
  )
}
