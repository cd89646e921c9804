import { expect } from 'vitest'
import type { Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import { type DriveOptions, drive, proposedIn, type Simulate } from '../../src/testing/index.ts'

/** Plays a search and expects that no point is proposed twice; gives how many were proposed. */
export function proposedOnce<P>(
  optimizer: Optimizer<State, P>,
  simulate: Simulate<P>,
  options: DriveOptions<P>,
): number {
  const texts = proposedIn(drive(optimizer, simulate, options)).map((parameters) => JSON.stringify(parameters))
  expect(new Set(texts).size).toBe(texts.length)
  return texts.length
}
