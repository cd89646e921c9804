import { axisFor, Density, placeOn } from '../../analysis/density.ts'
import type { ParametersAnswer } from '../answers.ts'
import { fitnessIn, objectiveIn } from '../objective.ts'
import { parameterAxes } from '../parameter-axes.ts'
import { shareIn } from '../share.ts'
import { thinned } from '../thinned.ts'
import { drawnOf, mostDrawn, mostSampled, type ViewContext } from '../view.ts'
import { plural } from '../words.ts'
import { axisAnswer, densityAnswer } from './pictures.ts'

/** The most parameters that are drawn at once: the most important ones. */
const mostPictures = 12

/** Each parameter against an objective, the most important first. */
export function parameters({ record, query }: ViewContext): ParametersAnswer {
  const objectives = record.objectives.names
  const objective = objectiveIn(query, objectives)
  const scale = query.choice('scale', ['auto', 'linear', 'log'])
  const columns = query.count('columns', { low: 10, high: 60, otherwise: 48 })
  const rows = query.count('rows', { low: 10, high: 40, otherwise: 40 })
  const share = shareIn(query, record)
  query.refuseOthers()
  const drawn = record.sample(mostDrawn).filter(share.has)
  const sample = thinned(drawn, mostSampled)
  const outputs = sample.map((row) => fitnessIn(row, objective))
  const best = record.best(1).flatMap((one) => (one.outcome === 'done' ? [one] : []))
  const y = axisFor(outputs, { better: best.map(({ fitness }) => fitness[objective]!), wanted: scale })
  const all = parameterAxes(record, sample, outputs)
  const shown = all.slice(0, mostPictures)
  const densities = shown.map(({ labels }) => new Density(labels ? Math.min(columns, labels.length) : columns, rows))
  for (const row of drawn) {
    const value = fitnessIn(row, objective)
    if (Number.isNaN(value)) continue
    const point: unknown = JSON.parse(row[8])
    const at = placeOn(y, value)
    for (const [i, { placeOf }] of shown.entries()) densities[i]!.add(placeOf(point), at)
  }
  return {
    objectives,
    share: share.answer,
    y: axisAnswer(y, objectives[objective]!),
    drawn: drawnOf(drawn, share.done ?? record.places.total),
    sampled: sample.length,
    left: all.length - shown.length,
    parameters: shown.map(({ name, axis, labels, importance, placeOf }, i) => ({
      x: axisAnswer(axis, name),
      labels: labels ?? null,
      importance: importance === null ? null : Number(importance.toFixed(3)),
      density: densityAnswer(densities[i]!),
      best: best.length === 0 ? null : finiteOrNull(placeOf(best[0]!.individual.parameters)),
      summary: summaryOf(name, importance, sample.length),
    })),
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function summaryOf(name: string, importance: number | null, sampled: number): string {
  if (importance === null) return `How much ${name} matters cannot be told.`
  return `${name} alone says ${Math.round(Number(importance.toFixed(3)) * 100)} % of how individuals rank (of ${plural(sampled, 'evaluation')} looked at).`
}
