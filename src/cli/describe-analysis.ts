import type { EffectLevel, Estimate, MainEffect } from '../analysis/index.ts'
import { printable } from '../core/text.ts'
import { fixed } from '../dashboard/words.ts'
import type { Analysis, AnalysisDocument } from '../tables/analysis/analyse-run.ts'
import { shortNumber } from './progress.ts'
import { alignTable, shortValue } from './table.ts'

/** An analysis, for people: a table for every method and output. */
export function describeAnalysis({ design, points, failed, budget, analyses }: AnalysisDocument): string {
  const what = design === null ? 'a search' : `a design of kind ${design}`
  const tables = analyses.map(({ of, ...analysis }) => `${titleOf(analysis, printable(of))}\n${bodyOf(analysis)}`)
  const failures = failed > 0 ? `, ${failed} of them failed` : ''
  const share = budget ? `, those with ${budget.value} ${printable(budget.name)}` : ''
  return [`${what}, ${points} points${failures}${share}\n`, ...tables].join('\n')
}

function titleOf(analysis: Analysis, of: string): string {
  switch (analysis.method) {
    case 'sobol':
      return `Sobol' indices of ${of}: parts of its variance`
    case 'morris':
      return `elementary effects on ${of}, per range of the parameter`
    case 'swings':
      return `swings of ${of} around the reference`
    case 'effects':
      return `main effects on ${of}: its mean at the values of each parameter`
    case 'correlations':
      return `rank correlations with ${of}`
    case 'importance':
      return `importance for ${of}: the part of the variance of its ranks that a parameter explains alone`
  }
}

function bodyOf(analysis: Analysis): string {
  if ('refusal' in analysis) return `none: ${analysis.refusal}\n`
  switch (analysis.method) {
    case 'sobol':
      return sobolTable(analysis)
    case 'morris':
      return alignTable(
        ['  parameter', 'mu*', 'mu', 'sigma', 'effects'],
        analysis.factors.map(({ name, muStar, mu, sigma, effects }) => [
          `  ${name}`,
          ...[muStar, mu, sigma].map(short),
          String(effects),
        ]),
      )
    case 'swings':
      return swingTable(analysis)
    case 'effects':
      return effectTable(analysis.factors)
    case 'correlations':
      return alignTable(
        ['  parameter', 'spearman', 'partial'],
        analysis.factors.map(({ name, spearman, partial }) => [`  ${name}`, fixed(spearman), fixed(partial)]),
      )
    case 'importance':
      return alignTable(
        ['  parameter', 'importance'],
        analysis.factors.map(({ name, importance }) => [`  ${name}`, fixed(importance)]),
      )
  }
}

function sobolTable(analysis: Extract<Analysis, { readonly rows: number }>): string {
  const { factors, pairs, rows, incomplete, confidence, mean, variance } = analysis
  const interval = `${shortNumber(100 * confidence)} %`
  const cells = ({ value, low, high }: Estimate) => [fixed(value), `${fixed(low)} to ${fixed(high)}`]
  const main = alignTable(
    ['  parameter', 'first', interval, 'total', interval],
    factors.map(({ name, first, total }) => [`  ${name}`, ...cells(first), ...cells(total)]),
  )
  const missing = incomplete > 0 ? `; ${incomplete} more are not complete` : ''
  const facts = `  from ${rows} rows of A and B${missing}; mean ${short(mean)}, variance ${short(variance)}\n`
  if (pairs.length === 0) return main + facts
  const both = pairs.map(({ names: [a, b], ...index }) => [`  ${a} and ${b}`, ...cells(index)])
  return `${main}${facts}\n${alignTable(['  together', 'second', interval], both)}`
}

function swingTable({ reference, parameters }: Extract<Analysis, { readonly parameters: unknown }>): string {
  const rows = parameters.flatMap(({ name, changes, swing }) =>
    changes.map(({ value, output, difference }, i) => [
      i === 0 ? `  ${name}` : '',
      i === 0 ? short(swing) : '',
      shortValue(value),
      output === null ? 'failed' : short(output),
      difference === null ? '' : `${difference > 0 ? '+' : ''}${short(difference)}`,
    ]),
  )
  const header = ['  parameter', 'swing', 'at', 'output', 'difference']
  return `  reference: ${reference === null ? 'failed' : short(reference)}\n${alignTable(header, rows)}`
}

function effectTable(factors: readonly MainEffect[]): string {
  const hasFailed = factors.some(({ levels }) => levels.some(({ failed }) => failed > 0))
  const rows = factors.flatMap(({ name, levels, range, share }) =>
    levels.map((level, i) => [
      i === 0 ? `  ${name}` : '',
      i === 0 ? fixed(share) : '',
      i === 0 ? short(range) : '',
      levelText(level),
      short(level.mean),
      String(level.runs),
      ...(hasFailed ? [level.failed > 0 ? String(level.failed) : ''] : []),
    ]),
  )
  return alignTable(['  parameter', 'share', 'range', 'at', 'mean', 'points', ...(hasFailed ? ['failed'] : [])], rows)
}

function levelText({ label, low, high }: EffectLevel): string {
  return label ?? (low === high ? short(low) : `${short(low)} to ${short(high)}`)
}

function short(value: number | null): string {
  return value === null ? '' : shortNumber(value, 4)
}
