import type { ComponentType } from 'preact'
import type { OverviewAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { HealthView } from './health-view.tsx'
import { HistoryView } from './history-view.tsx'
import { IndividualView } from './individual-view.tsx'
import { IndividualsView } from './individuals-view.tsx'
import { live, useLive, version } from './live.ts'
import { OverviewView } from './overview-view.tsx'
import { ParametersView } from './parameters-view.tsx'
import { ReportsView } from './reports-view.tsx'
import { addressOf, route } from './route.ts'
import { Status } from './status.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { short } from './words.ts'
import { WorkersView } from './workers-view.tsx'

const views: Readonly<Record<string, readonly [title: string, view: ComponentType<ViewProps>]>> = {
  overview: ['Overview', OverviewView],
  health: ['Health', HealthView],
  history: ['History', HistoryView],
  parameters: ['Parameters', ParametersView],
  individuals: ['Individuals', IndividualsView],
  individual: ['One individual', IndividualView],
  reports: ['Reports', ReportsView],
  workers: ['Workers', WorkersView],
}

export function RunPage({ run }: ViewProps) {
  useLive(run)
  const asked = useAnswer<OverviewAnswer>(`/api/runs/${run}/overview`, version.value)
  const { view } = route.value
  if (asked.state !== 'answered') return <Waiting asked={asked} />
  const { summary } = asked.answer
  const [title, View] = views[view] ?? views.overview!
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
          {now.failed > 0 && `, ${short(now.failed)} failed`}
        </p>
        <ul>
          {Object.entries(views).map(([name, [label]]) => (
            <li key={name}>
              <a href={addressOf(run, name)} aria-current={label === title ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="content" tabIndex={-1}>
        <h1>{title}</h1>
        <View run={run} key={run} />
      </main>
    </div>
  )
}
