import type { DoneEvaluation, Evaluation } from '../../src/core/evaluation.ts'
import { type Objectives, someObjectives } from '../../src/core/objectives.ts'
import { aList, checkArgument } from '../../src/core/options.ts'
import { mostSpread, standingsOf } from '../../src/core/standing.ts'
import { scoreOf } from './score.ts'

export interface Ranked<P = Record<string, unknown>> {
  readonly evaluation: DoneEvaluation<P>
  /** The weighted sum of its fitness: larger is better; far below all of them where it violates constraints. */
  readonly score: number
}

/** The evaluations that did not fail, best first; equals stay in the order in which they were told. */
export function rank<P>(objectives: Objectives, evaluations: readonly Evaluation<P>[]): Ranked<P>[] {
  checkArgument('rank', 'the first argument', objectives, someObjectives)
  checkArgument('rank', 'the second argument', evaluations, aList)
  const done = evaluations.flatMap((evaluation) =>
    evaluation.outcome === 'done'
      ? [{ evaluation, score: scoreOf(objectives, evaluation.fitness, evaluation.violation) }]
      : [],
  )
  return done.sort((a, b) => compareScores(b.score, a.score))
}

/** What of a population's member is known that is ranked; a fitness of null is a failed evaluation. */
export interface Contender {
  readonly fitness: readonly number[] | null
  readonly violation?: number | undefined
}

/**
 * By what the members of a population rank among each other, larger is better: by their scores, or, where a front is
 * looked for, by front and then by crowding distance (Deb et al. 2002, section III.C: the crowded-comparison operator).
 */
export function scoresAmong(objectives: Objectives, members: readonly Contender[]): number[] {
  checkArgument('scoresAmong', 'the first argument', objectives, someObjectives)
  checkArgument('scoresAmong', 'the second argument', members, aList)
  if (!objectives.wantsFront) return members.map(({ fitness, violation }) => scoreOf(objectives, fitness, violation))
  const done = members.flatMap(({ fitness, violation }) => (fitness === null ? [] : [{ fitness, violation }]))
  const standings = standingsOf(objectives, done)
  let at = 0
  return members.map(({ fitness }) => {
    if (fitness === null) return Number.NEGATIVE_INFINITY
    const { front, crowding } = standings[at++]!
    return -front + (crowding === Number.POSITIVE_INFINITY ? 0.5 : (0.5 * crowding) / (1 + crowding))
  })
}

/**
 * The places of so many members of a population that are done, the best by their scores; where a front is looked for, front
 * after front, and of the one that does not fit as a whole those that lie far apart.
 */
export function survivorsAmong(objectives: Objectives, members: readonly Contender[], count: number): number[] {
  if (!objectives.wantsFront) {
    const scores = scoresAmong(objectives, members)
    const order = members.map((_, i) => i).sort((i, j) => compareScores(scores[j]!, scores[i]!))
    return order.slice(0, count)
  }
  const standings = standingsOf(
    objectives,
    members.map(({ fitness, violation }) => ({ fitness: fitness!, violation })),
  )
  const fronts: number[][] = []
  standings.forEach(({ front }, i) => {
    fronts[front] ??= []
    fronts[front].push(i)
  })
  const survivors: number[] = []
  for (const front of fronts) {
    const room = count - survivors.length
    if (room <= 0) break
    const vectors = front.map((i) => members[i]!.fitness!)
    survivors.push(...(front.length <= room ? front : mostSpread(vectors, room).map((at) => front[at]!)))
  }
  return survivors
}

/** For sorting: smaller scores first. A difference would be no number where both are infinite. */
export function compareScores(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}
