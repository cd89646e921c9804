import type { Explanation } from '../core/optimizee.ts'
import { printableLines } from '../core/text.ts'
import type { Trial, Tried } from '../experiment-file/try.ts'
import { describeAmount, describeCause } from './describe-individual.ts'
import { alignFacts, fullValue, timeSpan } from './table.ts'

/** The most lines that are shown of a file that is made for the individual. */
const mostLines = 40

/** What is about to be started, with what, for people. */
export function describeStart({ parameters, seed, explanation }: Trial): string {
  const facts = alignFacts([...namedFacts(parameters), ['seed', String(seed)], ...(explanation?.facts ?? [])])
  return [facts, ...(explanation?.files ?? []).map(describeFile), ''].join('\n')
}

function describeFile(file: Explanation['files'][number]): string {
  if ('link' in file) return printableLines(`${file.name} -> ${file.link}\n`)
  const lines = file.text.replace(/\n$/, '').split('\n')
  const left = lines.length - mostLines
  const shown = [...lines.slice(0, mostLines), ...(left > 0 ? [`(and ${left} more lines)`] : [])]
  return printableLines([`${file.name}:`, ...shown.map((line) => `  ${line}`), ''].join('\n'))
}

/** What came and what looks wrong with it, for people. */
export function describeTried(
  { came, constraints, milliseconds, reports, warnings }: Tried,
  objectives: readonly string[],
): string {
  const result =
    came.outcome === 'failed'
      ? [
          ['failed', describeCause(came.cause)] as const,
          ...(came.cause.stack?.split('\n') ?? []).map((line) => ['', line] as const),
        ]
      : [...came.fitness.map((value, i) => [objectives[i]!, String(value)] as const), ...namedFacts(came.outputs ?? {})]
  const kept = Object.entries(constraints ?? {}).map(([name, amount]) => [name, describeAmount(amount)] as const)
  const last = reports.at(-1)
  const reported = last && `${reports.length} values, the last ${last.value} at step ${last.step}`
  const facts = alignFacts([...result, ...kept, ['reported', reported], ['took', timeSpan(milliseconds)]])
  return [facts, ...warnings.map((sentence) => printableLines(`${sentence}\n`))].join('\n')
}

function namedFacts(values: Readonly<Record<string, unknown>>): (readonly [name: string, value: string])[] {
  return Object.entries(values).map(([name, value]) => [name, fullValue(value)])
}
