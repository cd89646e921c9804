import type { Evaluation } from '../core/evaluation.ts'
import type { Individual, IndividualId } from '../core/individual.ts'
import { Replicates } from '../core/samples.ts'
import type { Searched } from './searched.ts'

/** An individual that was asked for, and how many places had been told then. */
export type AskedBefore = { readonly individual: Individual; readonly after: number }

/** What the record has of a steady search beyond its newest checkpoint. */
interface SteadyPast {
  /** The individuals that were not told before the checkpoint, by their names, without stand-ins. */
  readonly open: Map<string, Individual>
  /** What has come of them and of their stand-ins. */
  readonly evaluated: Iterable<Evaluation>
  /** What was asked for after the checkpoint. */
  readonly recorded: readonly AskedBefore[]
  /** Who took the places of such as failed for good, and was not told before the checkpoint. */
  readonly standIns: readonly Individual[]
}

/** @param checkpoint how many places had been told, and how many individuals asked for, when it was stored */
export function pastOf(
  searched: Searched,
  order: 'ordered' | 'arrival',
  { told, asked }: { readonly told: number; readonly asked: number },
): SteadyPast {
  const { trajectory, record, optimizer } = searched
  const size = optimizer.populationSize
  const times = trajectory.replications?.count ?? 1
  // In the order of arrival an individual of long ago may still be pending, so that all of them are looked through.
  const from = order === 'ordered' ? told : 0
  const open = new Map<string, Individual>()
  const recorded: AskedBefore[] = []
  let n = from * times
  for (const proposed of record.proposed(n)) {
    if (n >= asked * times && n % times === 0) recorded.push(proposed)
    open.set(proposed.individual.name, proposed.individual)
    n++
  }
  const evaluated = order === 'ordered' ? record.told(told) : evaluatedSince(searched, told, open)
  const isTold = (standIn: IndividualId) => {
    if (order === 'ordered') return placeIn(standIn, size) < told
    const row = record.row(standIn)
    return row !== undefined && row.told !== null && row.told < told
  }
  const standIns: Individual[] = []
  for (let block = Math.floor(from / size); block <= trajectory.generation; block++) {
    for (const { individual } of record.replacements(block)) if (!isTold(individual)) standIns.push(individual)
  }
  return { open, evaluated, recorded, standIns }
}

/** The place of an individual in the order of asking, which it shares with its stand-ins; `size` is that of a block. */
export function placeIn({ generation, index }: IndividualId, size: number): number {
  return generation * size + (index % size)
}

/** Tells what was told before the checkpoint to the limits that go by it. */
export function lookBack(searched: Searched, order: 'ordered' | 'arrival', told: number): void {
  const { record, trajectory, optimizer, ends } = searched
  if (!ends.looksBack || told === 0) return
  const replicates = new Replicates(trajectory.replications, optimizer.objectives)
  if (order === 'ordered') ends.tell(replicates.join(record.told(0, told)))
  else ends.tell(replicates.join(record.told(0)).slice(0, told))
}

/** Leaves in what is open what was not told before the checkpoint; gives what has come of it. */
function evaluatedSince(searched: Searched, told: number, open: Map<string, Individual>): readonly Evaluation[] {
  const { record, trajectory, optimizer } = searched
  const evaluations = [...record.told(0)]
  const points = new Replicates(trajectory.replications, optimizer.objectives).join(evaluations).slice(0, told)
  const before = new Set(points.map(({ individual }) => placeNameOf(individual)))
  for (const [name, individual] of open) if (before.has(placeNameOf(individual))) open.delete(name)
  return evaluations.filter(({ individual }) => !before.has(placeNameOf(individual)))
}

/** Replicates have one place together. */
function placeNameOf({ generation, index }: IndividualId): string {
  return `${generation}.${index}`
}
