import type { View } from '../view.ts'
import { front } from './front.ts'
import { health } from './health.ts'
import { history } from './history.ts'
import { importance } from './importance.ts'
import { individual } from './individual.ts'
import { individuals } from './individuals.ts'
import { overview } from './overview.ts'
import { pairs } from './pairs.ts'
import { parallel } from './parallel.ts'
import { parameters } from './parameters.ts'
import { reports } from './reports.ts'
import { workers } from './workers.ts'

/** The views of a run by the names in their addresses. */
export const views: Readonly<Record<string, View>> = {
  overview,
  health,
  history,
  parameters,
  importance,
  pairs,
  parallel,
  front,
  individuals,
  individual,
  reports,
  workers,
}
