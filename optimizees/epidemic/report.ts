import type { DoneEvaluation } from '../../src/core/evaluation.ts'
import { type EpidemicRates, infectedInSchool } from './epidemic.ts'
import { outbreak } from './outbreak.ts'

const rows = 14
const columnsPerDay = 4

/** What the fit of the epidemic found, for people: rates, reproduction number, residual, and data against model. */
export function reportEpidemic(best: DoneEvaluation): string {
  const rates = best.individual.parameters as unknown as EpidemicRates
  const { transmission, recovery } = rates
  const residual = best.fitness[0]!
  const { infected } = best.outputs as { readonly infected: readonly number[] }
  const days = outbreak.inBed.length
  return [
    `Influenza in an English boarding school, January 1978: ${outbreak.boys} boys, ${days} days`,
    '',
    `  transmission rate  ${transmission.toFixed(3)} per day`,
    `  recovery rate      ${recovery.toFixed(3)} per day`,
    `  R0                 ${(transmission / recovery).toFixed(2)}`,
    `  residual           ${residual.toFixed(1)} boys (root mean square over the days)`,
    '',
    plotEpidemic(rates, infected[0]!),
    '',
  ].join('\n')
}

/** Boys in bed over the days, as text of some 60 columns: `o` is the data, `.` the model, `@` where both meet. */
export function plotEpidemic(rates: EpidemicRates, infected: number): string {
  const model = infectedInSchool(rates, infected, columnsPerDay)
  const lastDay = outbreak.inBed.length - 1
  const top = 50 * Math.ceil(Math.max(...model, ...outbreak.inBed) / 50)
  const width = lastDay * columnsPerDay + 1
  const canvas = Array.from({ length: rows + 1 }, () => new Array<string>(width).fill(' '))
  const rowOf = (boys: number) => rows - Math.round((boys / top) * rows)
  model.forEach((boys, column) => {
    canvas[rowOf(boys)]![column] = '.'
  })
  outbreak.inBed.forEach((boys, day) => {
    const row = canvas[rowOf(boys)]!
    row[day * columnsPerDay] = row[day * columnsPerDay] === '.' ? '@' : 'o'
  })
  const lines = canvas.map((row, i) => {
    const label = i % (rows / 2) === 0 ? String(top * (1 - i / rows)) : ''
    return `${label.padStart(5)} |${row.join('')}`.trimEnd()
  })
  const axis = Array.from({ length: lastDay + 1 }, (_, day) => String(day).padEnd(columnsPerDay)).join('')
  return [
    'boys in bed   o data   . model   @ both',
    ...lines,
    `${' '.repeat(5)} +${'-'.repeat(width)}`,
    `${' '.repeat(6)} ${axis.trimEnd()}  day`,
  ].join('\n')
}
