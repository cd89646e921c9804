import type { View } from '../view.ts'
import { health } from './health.ts'
import { history } from './history.ts'
import { individual } from './individual.ts'
import { individuals } from './individuals.ts'
import { overview } from './overview.ts'
import { parameters } from './parameters.ts'
import { reports } from './reports.ts'
import { workers } from './workers.ts'

/** The views of a run by the names in their addresses. */
export const views: Readonly<Record<string, View>> = {
  overview,
  health,
  history,
  parameters,
  individuals,
  individual,
  reports,
  workers,
}
