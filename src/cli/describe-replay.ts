import type { Outputs } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import { isSame } from '../core/plain-data.ts'
import { show } from '../core/text.ts'
import type { Replayed } from '../search/replay.ts'
import type { Came } from '../search/simulate-here.ts'
import { describeCause } from './describe-individual.ts'
import { alignFacts, timeSpan } from './table.ts'

/** What was recorded, what came now, and how they differ, for people. */
export function describeReplay(result: Replayed): string {
  const { recorded, replayed, objectives, identical, milliseconds, directory, beginsAgain, byHand } = result
  const facts = alignFacts([
    ['individual', nameOf(result)],
    ['recorded', describeOutcome(recorded, objectives)],
    ['replayed', describeOutcome(replayed, objectives)],
    ['took', timeSpan(milliseconds)],
    ['directory', directory ?? undefined],
    ...(byHand?.split('\n') ?? []).map((line, i) => [i === 0 ? 'by hand' : '', line] as const),
  ])
  const outcome = identical ? 'identical' : `different: ${difference(recorded, replayed, objectives)}`
  const note =
    beginsAgain === null
      ? ''
      : `It goes on from ${beginsAgain}, of which no checkpoint is kept: it was simulated from its beginning.\n`
  return `${facts}${note}${outcome}\n`
}

function describeOutcome(came: Came, objectives: readonly string[]): string {
  if (came.outcome === 'failed') return `failed, ${describeCause(came.cause)}`
  return came.fitness.map((value, i) => `${objectives[i] ?? i} ${value}`).join(', ')
}

function difference(recorded: Came, replayed: Came, objectives: readonly string[]): string {
  if (recorded.outcome === 'failed' || replayed.outcome === 'failed') {
    const kindOf = (came: Came) => (came.outcome === 'failed' ? `a failure (${came.cause.kind})` : 'a fitness')
    return `it was ${kindOf(recorded)} and is now ${kindOf(replayed)}`
  }
  const fitness = recorded.fitness.flatMap((value, i) => {
    const now = replayed.fitness[i]
    return value === now ? [] : [`${objectives[i] ?? i} by ${(now ?? Number.NaN) - value}`]
  })
  return [...fitness, ...outputDifferences(recorded.outputs ?? {}, replayed.outputs ?? {})].join(', ')
}

function outputDifferences(recorded: Outputs, replayed: Outputs): string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(replayed)])]
  return names
    .filter((name) => !isSame(recorded[name], replayed[name]))
    .map((name) => `the output ${show(name)} was ${show(recorded[name])} and is now ${show(replayed[name])}`)
}
