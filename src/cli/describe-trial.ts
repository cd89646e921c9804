import type { Trial } from '../experiment-file/try.ts'
import { describeCause } from './describe-individual.ts'
import { alignFacts, fullValue, timeSpan } from './table.ts'

/** What was started, what came and what looks wrong with it, for people. */
export function describeTrial({ parameters, seed, started, came, objectives, ...rest }: Trial): string {
  const facts = alignFacts([
    ...Object.entries(parameters).map(([name, value]) => [name, fullValue(value)] as const),
    ['seed', String(seed)],
    ...started,
    ['took', timeSpan(rest.milliseconds)],
    ['directory', rest.directory ?? undefined],
  ])
  const result =
    came.outcome === 'failed'
      ? alignFacts([
          ['failed', describeCause(came.cause)],
          ...(came.cause.stack?.split('\n') ?? []).map((line) => ['', line] as const),
        ])
      : alignFacts([
          ...came.fitness.map((value, i) => [objectives[i] ?? String(i), String(value)] as const),
          ...Object.entries(came.outputs ?? {}).map(([name, value]) => [name, fullValue(value)] as const),
        ])
  return [facts, result, ...(rest.warnings.length > 0 ? [rest.warnings.map((line) => `${line}\n`).join('')] : [])].join(
    '\n',
  )
}
