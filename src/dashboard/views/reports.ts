import { axisFor } from '../../analysis/density.ts'
import { nameOf } from '../../core/individual.ts'
import type { ReportsAnswer } from '../answers.ts'
import { thinned } from '../thinned.ts'
import type { ViewContext } from '../view.ts'
import { plural } from '../words.ts'
import { axisAnswer, digits } from './pictures.ts'

/** The most curves that are drawn, and the most points of each. */
const most = { best: 10, others: 50, points: 100 } as const

/** The intermediate reports of the best individuals, and of some spread over all, as curves. */
export function reports({ record, query }: ViewContext): ReportsAnswer {
  const scale = query.choice('scale', ['auto', 'linear', 'log'])
  query.refuseOthers()
  const names = new Map<string, boolean>()
  const wanted = record.hasReports()
    ? [
        ...record.best(most.best).map(({ individual }) => individual),
        ...record.sample(most.others).map(([generation, index, replicate]) => ({ generation, index, replicate })),
      ]
    : []
  for (const [i, id] of wanted.entries()) names.set(nameOf(id), names.get(nameOf(id)) ?? i < most.best)
  const curves = new Map<string, (readonly [number, number])[]>()
  for (const row of record.reportsOfSome(wanted, most.points)) {
    const name = nameOf(row)
    const curve = curves.get(name) ?? []
    curve.push([row.step, row.value])
    curves.set(name, curve)
  }
  const points = [...curves.values()].flat()
  const steps = points.map(([step]) => step)
  return {
    x: axisAnswer(
      {
        scale: 'linear',
        low: steps.reduce((a, b) => Math.min(a, b), 0),
        high: steps.reduce((a, b) => Math.max(a, b), 1),
      },
      'step',
      steps.every(Number.isInteger),
    ),
    y: axisAnswer(
      axisFor(
        thinned(
          points.map(([, value]) => value),
          4000,
        ),
        { wanted: scale },
      ),
      'reported value',
    ),
    curves: [...curves].map(([name, curve]) => ({
      name,
      isBest: names.get(name) ?? false,
      points: curve.map(([step, value]) => [digits(step), digits(value)] as const),
    })),
    summary:
      curves.size === 0
        ? 'No simulation has reported values on its way (`context.report(step, value)`).'
        : `The curves of ${plural(curves.size, 'individual')}: of the best, drawn strongly, and of some spread over the search.`,
  }
}
