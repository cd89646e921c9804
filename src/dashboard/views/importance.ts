import { importances, rankCorrelations } from '../../analysis/index.ts'
import { type Analysis, analyseRecord, isDesign } from '../../tables/analysis/analyse-run.ts'
import type { AnalysisPicture, ImportanceAnswer } from '../answers.ts'
import { fitnessIn, objectiveIn } from '../objective.ts'
import { parameterAxes } from '../parameter-axes.ts'
import { shareIn } from '../share.ts'
import { thinned } from '../thinned.ts'
import { mostDrawn, mostSampled, type ViewContext } from '../view.ts'
import { fixed, grouped, plural, short } from '../words.ts'
import { wordFor } from './overview.ts'

/** A run with no more individuals is analysed whole, as `twoloop analyse` does it. */
const mostWhole = 20_000

/** The most parameters that have a bar, and the most rows of a table. */
const most = { bars: 40, rows: 200 } as const

/** What matters for an objective, by the methods that fit the run's design, or a search. */
export function importance({ record, query }: ViewContext): ImportanceAnswer {
  const { names } = record.objectives
  const objective = objectiveIn(query, names)
  const share = shareIn(query, record)
  query.refuseOthers()
  const of = names[objective]!
  const { total } = record.places
  const command = `twoloop analyse ${wordFor(record.directory)}`
  const about = { objectives: names, share: share.answer, of, command }
  if (record.counts().done === 0) return { ...about, note: 'Nothing was evaluated well yet.', analyses: [] }
  if (total <= mostWhole) {
    const { design, points, analyses } = analyseRecord(record, { of, budget: share.answer?.chosen })
    const note = `From ${plural(points, 'point')} of ${design === null ? 'a search' : `a design of kind ${design}`}.`
    return { ...about, note, analyses: analyses.map((analysis) => pictureOf(analysis, of)) }
  }
  if (isDesign(record)) {
    const note = `A design of ${grouped(total)} individuals is analysed whole, which takes a while: the command below does it.`
    return { ...about, note, analyses: [] }
  }
  const sample = thinned(record.sample(mostDrawn).filter(share.has), mostSampled)
  const outputs = sample.map((row) => fitnessIn(row, objective))
  const points = sample.map((row) => JSON.parse(row[8]) as unknown)
  const factors = parameterAxes(record, sample, outputs).map(({ name, labels, isOrdered, placeOf }) => ({
    name,
    labels,
    isOrdered,
    values: points.map(placeOf),
  }))
  const analyses: Analysis[] = [
    { method: 'importance', factors: importances(factors, outputs) },
    { method: 'correlations', factors: rankCorrelations(factors, outputs) },
  ]
  const note = `Estimated from ${grouped(sample.length)} of ${grouped(share.done ?? total)} individuals, spread evenly; the command below takes all of them.`
  return { ...about, note, analyses: analyses.map((analysis) => pictureOf(analysis, of)) }
}

function pictureOf(analysis: Analysis, of: string): AnalysisPicture {
  const picture = contentOf(analysis, of)
  return {
    ...picture,
    bars: picture.bars.slice(0, most.bars),
    table: { ...picture.table, rows: picture.table.rows.slice(0, most.rows) },
  }
}

function contentOf(analysis: Analysis, of: string): AnalysisPicture {
  if ('refusal' in analysis) {
    return { title: analysis.method, summary: `None: ${analysis.refusal}.`, bars: [], table: { head: [], rows: [] } }
  }
  switch (analysis.method) {
    case 'importance':
      return barsOf(
        `How much of how individuals rank by ${of} each parameter explains alone`,
        ['parameter', 'importance'],
        analysis.factors.map(({ name, importance }) => ({ name, value: importance, cells: [fixed(importance)] })),
      )
    case 'correlations':
      return barsOf(
        `How ${of} goes up and down with each parameter (rank correlation)`,
        ['parameter', 'Spearman', 'partial'],
        analysis.factors.map(({ name, spearman, partial }) => ({
          name,
          value: spearman,
          cells: [fixed(spearman), fixed(partial)],
        })),
        1,
      )
    case 'sobol':
      return barsOf(
        `Parts of the variance of ${of} in which each parameter has a share (Sobol’ indices, total)`,
        ['parameter', 'first', 'from', 'to', 'total', 'from', 'to'],
        analysis.factors.map(({ name, first, total }) => ({
          name,
          ...total,
          cells: [first.value, first.low, first.high, total.value, total.low, total.high].map(fixed),
        })),
      )
    case 'morris':
      return barsOf(
        `Mean size of the elementary effects on ${of}, per range of the parameter`,
        ['parameter', 'mu*', 'mu', 'sigma', 'effects'],
        analysis.factors.map(({ name, muStar, mu, sigma, effects }) => ({
          name,
          value: muStar,
          cells: [...[muStar, mu, sigma].map((value) => (value === null ? '' : short(value))), String(effects)],
        })),
      )
    case 'swings':
      return barsOf(
        `How far each parameter alone moves ${of} from its reference`,
        ['parameter', 'swing', 'lowest', 'highest'],
        analysis.parameters.map(({ name, swing, low, high }) => ({
          name,
          value: swing,
          cells: [swing, low, high].map((value) => (value === null ? '' : short(value))),
        })),
      )
    case 'effects':
      return barsOf(
        `The part of the variance of ${of} that lies between the values of each parameter`,
        ['parameter', 'share', 'range of means'],
        analysis.factors.map(({ name, share, range }) => ({ name, value: share, cells: [fixed(share), short(range)] })),
      )
  }
}

interface NamedValue {
  readonly name: string
  readonly value: number | null
  readonly low?: number
  readonly high?: number
  readonly cells: readonly string[]
}

function barsOf(
  title: string,
  head: readonly string[],
  values: readonly NamedValue[],
  reach?: number,
): AnalysisPicture {
  const known = values.filter(({ value }) => value !== null)
  const first = known.reduce<NamedValue | undefined>(
    (a, b) => (a === undefined || Math.abs(b.value!) > Math.abs(a.value!) ? b : a),
    undefined,
  )
  return {
    title,
    summary:
      first === undefined
        ? 'It cannot be told of any parameter.'
        : `Most of all ${first.name}, with ${fixed(first.value)}.`,
    ...(reach !== undefined && { reach }),
    bars: values.map(({ name, value, low, high }) => ({
      name,
      value,
      ...(low !== undefined && high !== undefined && { low, high }),
    })),
    table: { head, rows: values.map(({ name, cells }) => [name, ...cells]) },
  }
}
