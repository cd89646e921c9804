import type { RunsAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { useAnswer } from './ask.ts'
import { useLookedAnew } from './looked-anew.ts'
import { RunsTable } from './runs-table.tsx'
import { useTitle } from './title.ts'
import { Waiting } from './waiting.tsx'

export function RunsPage() {
  useTitle('Runs')
  const asked = useAnswer<RunsAnswer>('/api/runs', useLookedAnew())
  if (asked.state !== 'answered') return <Waiting asked={asked} />
  const { root, runs, submitted } = asked.answer
  return (
    <main id="content" tabIndex={-1}>
      <h1>{plural(runs.length, 'run')}</h1>
      <p class="muted">
        under <code>{root}</code>
      </p>
      {runs.length === 0 && submitted.length === 0 ? <p>They have all been removed.</p> : <RunsTable runs={runs} />}
      {submitted.length > 0 && (
        <section>
          <h2>Submitted, and not begun</h2>
          <ul>
            {submitted.map(({ name, words }) => (
              <li key={name}>
                {name}: {words}
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  )
}
