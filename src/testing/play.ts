import type { Optimizer } from '../core/optimizer.ts'
import type { State } from '../core/plain-data.ts'
import { SearchState } from '../core/search-state.ts'
import { type DriveOptions, drive, type Simulate, type Step } from './drive.ts'
import { expect } from './peers.ts'

/** As `drive`, but for at least two generations, however large they are: in less of a search a law has nothing to look at. */
export function play<P>(
  optimizer: Optimizer<State, P>,
  simulate: Simulate<P>,
  options: DriveOptions<P>,
): readonly Step<P>[] {
  const { state } = SearchState.begin(optimizer)
  const generation = Math.max(optimizer.populationSize, optimizer.generationSize(state))
  const evaluations = Math.max(options.evaluations, 2 * generation)
  const played = drive(optimizer, simulate, { ...options, evaluations })
  expect(played.length).toBeGreaterThan(0)
  return played
}
