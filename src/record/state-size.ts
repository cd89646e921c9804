import { OptimizerError } from '../core/optimizer-error.ts'

/** The most bytes that better-sqlite3 takes as one value. */
const mostBytes = 2 ** 29 - 24

/** @throws OptimizerError if the state of an optimizer is larger than what the record can keep in one piece */
export function requireStorable(bytes: number, told: number): void {
  if (bytes <= mostBytes) return
  throw new OptimizerError(
    `After ${told} evaluations the optimizer's state takes ${(bytes / 1e9).toFixed(1)} GB, and a record keeps at most ${(mostBytes / 1e9).toFixed(1)} GB of it; what an optimizer was told is in the record, so that its state may hold a summary of that, or fewer members of an archive.`,
  )
}
