import { randomUUID } from 'node:crypto'

/** An environment variable that all processes of a group inherit, by which those are found that have left the group. */
export const groupVariable = 'TWOLOOP_GROUP'

/** This process, among all that start groups on this machine. */
export const owner = randomUUID()

let groups = 0

/** What the variable is in the next group that this process starts. */
export function nextMark(): string {
  groups++
  return `${owner}.${groups}`
}
