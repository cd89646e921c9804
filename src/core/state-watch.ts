import { findChange, type State } from './plain-data.ts'

/** The methods of an algorithm that are given its state, and are to leave it as it is. */
export type MethodOfStates = 'ask' | 'tell' | 'report' | 'generationSize' | 'recommend' | 'summarize' | 'needs'

const methodsOfStates: readonly MethodOfStates[] = [
  'ask',
  'tell',
  'report',
  'generationSize',
  'recommend',
  'summarize',
  'needs',
]

/** Says which calls of an algorithm are looked at: whether they change the state that they are given in place. */
export class StateWatch {
  readonly #due = new Set<MethodOfStates>()

  /** Has the next call of each method looked at. */
  begin(told: number, state: State): void {
    if (told > mostToldWatched || (told > 0 && roomAfter(state, mostValuesWatched) < 0)) return
    for (const method of methodsOfStates) this.#due.add(method)
  }

  /** Whether this call of a method is the one to be looked at. */
  takes(method: MethodOfStates): boolean {
    return this.#due.size > 0 && this.#due.delete(method)
  }
}

/** What is wrong with a call that was given a state, as the end of a sentence; undefined if the state is as it was before. */
export function refuseChange(before: State, now: State): string | undefined {
  const changed = findChange(before, now)
  return changed && `it must leave the state that it is given as it is and give a new one, but it changed ${changed}`
}

/** How many more values there may be after those of a state; below 0 if they are too many, which are not all counted. */
function roomAfter(state: State, room: number): number {
  if (typeof state !== 'object' || state === null) return room - 1
  if (ArrayBuffer.isView(state)) return room - state.length
  if (Array.isArray(state) && state.length > room) return -1
  let left = room
  for (const value of Object.values(state)) {
    if (left < 0) break
    left = roomAfter(value, left)
  }
  return left
}

/** Few calls are looked at where a copy of the state may be dear: who changes states in place does so from the beginning. */
const mostToldWatched = 1000
/** Of a larger state only the first calls are looked at: a copy of some megabytes, and to compare it, takes half a second. */
const mostValuesWatched = 100_000
