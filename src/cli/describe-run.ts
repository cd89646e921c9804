import { nameOf } from '../core/individual.ts'
import { counted } from '../core/text.ts'
import { generationsInWords } from '../record/generations-in-words.ts'
import { problemInWords } from '../record/problem-in-words.ts'
import {
  type BestIndividual,
  type FrontSummary,
  pendingOf,
  type RunHolder,
  type RunSummary,
  type UsageSummary,
} from '../record/summary.ts'
import { shortNumber } from './progress.ts'
import { alignFacts, shortValue } from './table.ts'

/** A run's summary, for people. */
export function describeRun(
  summary: RunSummary,
  more: readonly (readonly [string, string | undefined])[] = [],
): string {
  const {
    name,
    status,
    reason,
    optimizer,
    announcement,
    seed,
    objectives,
    best,
    front,
    created,
    host,
    holder,
    directory,
    benchedHosts,
  } = summary
  return alignFacts([
    ['run', name],
    ['status', reason === null ? status : `${status}: ${reason}`],
    ['held by', holder ? describeHolder(holder) : undefined],
    ['optimizer', optimizer === null ? undefined : `${optimizer}${seed === null ? '' : `, seed ${seed}`}`],
    ['', announcement ?? undefined],
    ...problemInWords(summary),
    ['generations', generationsInWords(summary)],
    ['individuals', describeIndividuals(summary)],
    ['simulations', describeSimulations(summary)],
    ['reused', summary.reused === undefined ? undefined : describeReused(summary.reused)],
    ['attempts', String(summary.attempts)],
    ['workers', describeWorkers(summary)],
    ['benched', benchedHosts.length > 0 ? `${benchedHosts.join(', ')}: most attempts failed there` : undefined],
    ['used', describeUsage(summary.usage)],
    ...more,
    ['begun', created === null ? undefined : `${created}${host === null ? '' : ` on ${host}`}`],
    ['directory', directory],
    ['front', front ? describeSize(front) : undefined],
    ['best', best ? describeBest(best, Object.keys(objectives)) : 'none'],
    ...Object.entries(best?.parameters ?? {}).map(([key, value]) => [`  ${key}`, shortValue(value)] as const),
  ])
}

export function describeBest(best: BestIndividual, objectives: readonly string[]): string {
  const { fitness, violation, standardError, aggregate, budget } = best
  const named = fitness.map(
    (value, i) => `${objectives[i] ?? i} ${shortValue(value)}${describeError(standardError?.[i])}`,
  )
  const part = budget === undefined ? '' : `, with a budget of ${budget}: none has had the whole`
  const found = `${named.join(', ')} (individual ${nameOf(best)}${aggregate === undefined ? '' : `, ${aggregate}`}${part})`
  return violation === undefined
    ? found
    : `none keeps all constraints; violated least, by ${shortNumber(violation)}: ${found}`
}

/** Behind the value of an objective, where it is that of several samples. */
export function describeError(standardError: number | null | undefined): string {
  return standardError === null || standardError === undefined ? '' : ` ± ${shortNumber(standardError, 2)}`
}

/** How large a front is, and what it spans. */
export function describeSize({ individuals, hypervolume, reference }: FrontSummary): string {
  const count = counted(individuals, 'individual')
  if (hypervolume === null || reference === null) return count
  const values = Object.entries(reference).map(([name, value]) => `${name} ${shortValue(value)}`)
  const spanned = `${count}, hypervolume ${shortValue(hypervolume)} from ${values.join(', ')}`
  return hypervolume > 0 ? spanned : `${spanned}, which none is better than in every objective`
}

function describeIndividuals(run: RunSummary): string {
  const { done, failed, stopped = 0 } = run.evaluations
  const counts = [`${done} done`, `${failed} failed`, ...(stopped > 0 ? [`${stopped} stopped`] : [])]
  return describeCounts(run.individuals, counts, pendingOf(run))
}

/** How many simulations there were, where individuals are simulated several times. */
function describeSimulations({ simulations }: RunSummary): string | undefined {
  if (simulations === undefined) return undefined
  const { asked, done, failed } = simulations
  return describeCounts(asked, [`${done} done`, `${failed} failed`], asked - done - failed)
}

function describeReused(reused: number): string {
  return `${reused} of them, whose parameters and seeds had been simulated already`
}

function describeCounts(all: number, counts: readonly string[], pending: number): string {
  return `${all}: ${[...counts, ...(pending > 0 ? [`${pending} to do`] : [])].join(', ')}`
}

function describeWorkers({ workers: { launched, alive, lost } }: RunSummary): string {
  return `${alive} alive, ${lost} lost, ${launched} launched in all`
}

function describeUsage({ steps, files, fileOperationsPerIndividual, nodeHours, busyFraction }: UsageSummary): string {
  return [
    `${steps} worker launches`,
    `${files} files`,
    `${shortNumber(nodeHours, 3)} node-hours`,
    ...(fileOperationsPerIndividual === null
      ? []
      : [`${shortNumber(fileOperationsPerIndividual, 3)} file operations an individual`]),
    ...(busyFraction === null ? [] : [`workers busy ${Math.round(busyFraction * 100)} % of their time`]),
  ].join(', ')
}

function describeHolder({ host, pid, since, seen }: RunHolder): string {
  const unseen = seen ? '' : ' (it cannot be seen from here whether it lives)'
  return `process ${pid} on ${host || 'an unknown host'} since ${since}${unseen}`
}
