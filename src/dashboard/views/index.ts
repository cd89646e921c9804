import type { View } from '../view.ts'
import { history } from './history.ts'
import { overview } from './overview.ts'

/** The views of a run by the names in their addresses. */
export const views: Readonly<Record<string, View>> = { overview, history }
