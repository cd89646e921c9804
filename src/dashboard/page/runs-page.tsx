import { useEffect, useState } from 'preact/hooks'
import type { RunsAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { RunsTable } from './runs-table.tsx'
import { Waiting } from './waiting.tsx'
import { plural } from './words.ts'

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
