import { isDeepStrictEqual } from 'node:util'
import { expect } from './peers.ts'

/** That two searches, or states of them, are the same to the last bit. Vitest takes ten times as long, and is asked for the difference. */
export function expectSame(found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted)) expect(found).toStrictEqual(wanted)
}
