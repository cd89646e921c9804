import type { ComponentType } from 'preact'
import type { OverviewAnswer } from '../answers.ts'
import { isReport, useAnswer } from './ask.ts'
import { FrontView } from './front-view.tsx'
import { Guarded } from './guarded.tsx'
import { HealthView } from './health-view.tsx'
import { HistoryView } from './history-view.tsx'
import { ImportanceView } from './importance-view.tsx'
import { IndividualView } from './individual-view.tsx'
import { IndividualsView } from './individuals-view.tsx'
import { live, useLive, version } from './live.ts'
import { OverviewView } from './overview-view.tsx'
import { PairsView } from './pairs-view.tsx'
import { ParallelView } from './parallel-view.tsx'
import { ParametersView } from './parameters-view.tsx'
import { ReportsView } from './reports-view.tsx'
import { addressOf, route } from './route.ts'
import { Status } from './status.tsx'
import { useTitle } from './title.ts'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { short } from './words.ts'
import { WorkersView } from './workers-view.tsx'

const views: Readonly<Record<string, readonly [title: string, view: ComponentType<ViewProps>]>> = {
  overview: ['Overview', OverviewView],
  health: ['Health', HealthView],
  history: ['History', HistoryView],
  parameters: ['Parameters', ParametersView],
  importance: ['Importance', ImportanceView],
  pairs: ['Pairs', PairsView],
  parallel: ['Parallel axes', ParallelView],
  front: ['Front', FrontView],
  individuals: ['Individuals', IndividualsView],
  individual: ['One individual', IndividualView],
  reports: ['Reports', ReportsView],
  workers: ['Workers', WorkersView],
}

/** Has the view that is open seen where views stand in a row that is wider than the screen. */
function scrollIntoRow(link: HTMLElement | null): void {
  const row = link?.closest('ul')
  if (link && row) row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2
}

export function RunPage({ run }: ViewProps) {
  useLive(run)
  const asked = useAnswer<OverviewAnswer>(`/api/runs/${run}/overview`, version.value)
  const { view, words } = route.value
  const [title, View] = views[view] ?? views.overview!
  const name = asked.state === 'answered' ? asked.answer.summary.name : `run ${run}`
  useTitle(`${view === 'individual' ? `Individual ${words.get('name') ?? ''}` : title} of ${name}`)
  if (asked.state !== 'answered') return <Waiting asked={asked} />
  const { summary } = asked.answer
  const now = live.value ?? { ...summary.evaluations, status: summary.status }
  return (
    <div class="run">
      <nav aria-label="Views of this run">
        <p class="run-name">
          <strong>{summary.name}</strong>
          <Status status={now.status} />
        </p>
        <p class="counts" aria-live="off">
          <span class="count" data-count={now.done}>
            {short(now.done)}
          </span>{' '}
          done
          {now.stopped !== undefined && `, ${short(now.stopped)} stopped`}
          {now.failed > 0 && `, ${short(now.failed)} failed`}
        </p>
        <ul>
          {Object.entries(views)
            .filter(([name]) => name !== 'front' || Object.keys(summary.objectives).length > 1)
            .map(([name, [label]]) => (
              <li key={name}>
                <a
                  href={addressOf(run, name)}
                  aria-current={label === title ? 'page' : undefined}
                  ref={label === title ? scrollIntoRow : undefined}
                >
                  {label}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      {isReport ? (
        <section class="main" aria-label="The view that is open">
          <h2>{title}</h2>
          <Guarded key={`${run} ${view}`}>
            <View run={run} />
          </Guarded>
        </section>
      ) : (
        <main id="content" tabIndex={-1}>
          <h1>{title}</h1>
          <Guarded key={`${run} ${view}`}>
            <View run={run} />
          </Guarded>
        </main>
      )}
    </div>
  )
}
