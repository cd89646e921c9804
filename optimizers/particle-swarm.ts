import { z } from 'zod'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { freshPoint, type KeyedPoint, keyedPoint } from './shared/fresh-point.ts'
import { scoreAt } from './shared/known-points.ts'
import { nothingSeen, recommendBest, type Seen, see, summarizeSeen } from './shared/seen.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(2)
    .optional()
    .describe('How many particles a swarm has: 10 + 2 sqrt(n) for n parameters unless given'),
  inertia: z
    .number()
    .min(0)
    .lt(1)
    .default(0.7298)
    .describe(
      'How much of its velocity a particle keeps (w; with the attraction, the constriction of Clerc and Kennedy)',
    ),
  attraction: z
    .number()
    .gt(0)
    .max(4)
    .default(1.49618)
    .describe('How strongly a particle is drawn to its own best and to that of the swarm (c)'),
  patience: z
    .int()
    .min(1)
    .default(100)
    .describe('How many moves of each particle may bring no better best before another swarm begins'),
})

type Settings = z.output<typeof settings>

type Place = { readonly point: readonly number[]; readonly score: number }

type Particle = {
  /** Where it is, or goes to while it is waited for; not rounded. */
  readonly position: readonly number[]
  readonly velocity: readonly number[]
  /** Where it was best; null as long as it has been nowhere that did not fail. */
  readonly best: Place | null
}

export type ParticleSwarmState = {
  readonly seen: Seen
  /** How many swarms came before. */
  readonly swarm: number
  readonly particles: readonly Particle[]
  /** The particles that wait to move, in turn. */
  readonly turns: readonly number[]
  /** The best place of the swarm. */
  readonly best: Place | null
  /** How many moves were told since it was found. */
  readonly idle: number
  /** The best places that are known from elsewhere, as long as no particle is there; best first. */
  readonly guesses: readonly Place[]
  /** What the points are known by that are waited for. */
  readonly pending: readonly number[]
}

/** What a proposal carries. */
type Move = { readonly swarm: number; readonly particle: number }

/**
 * Particle swarm: Kennedy and Eberhart 1995, "Particle swarm optimization", with the constriction of Clerc and Kennedy 2002,
 * "The particle swarm - explosion, stability, and convergence in a multidimensional complex space", Eq. (3) and (4) there.
 *
 * A particle moves on as soon as its place was told, by the best that is known then: nobody waits for a generation. Another
 * swarm begins where one has come together or finds nothing better.
 */
export class ParticleSwarm<P = Record<string, unknown>> extends Optimizer<ParticleSwarmState, P, Settings> {
  static readonly type = 'particle-swarm'
  static readonly summary = 'Particles that fly towards their own best and that of the swarm; restarts elsewhere'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real', 'integer'],
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  override get populationSize(): number {
    return this.settings.populationSize ?? 10 + Math.round(2 * Math.sqrt(this.space.dimension))
  }

  override start(): ParticleSwarmState {
    return { seen: nothingSeen, swarm: -1, particles: [], turns: [], best: null, idle: 0, guesses: [], pending: [] }
  }

  override ask(state: ParticleSwarmState, room: number, random: Random): Asked<ParticleSwarmState, P> {
    const proposals: Proposal<P>[] = []
    let now = state
    while (proposals.length < room) {
      const swarm = hasEnded(now, this.settings) ? this.#begin(now, random) : now
      const moved = this.#moveNext(swarm, random)
      if (!moved) break
      now = moved.state
      proposals.push(moved.proposal)
    }
    return { state: now, proposals }
  }

  override tell(state: ParticleSwarmState, evaluations: readonly Evaluation<P>[]): ParticleSwarmState {
    let now = state
    for (const evaluation of evaluations) {
      const { seen, told } = see(now.seen, evaluation, this.space, this.objectives)
      now = { ...now, seen, pending: now.pending.filter((key) => key !== told.key) }
      const move = evaluation.tag as Move | undefined
      if (move !== undefined) now = arrive(now, move, told.score)
      else if (told.score !== null) now = this.#learn(now, { point: told.point, score: told.score })
    }
    return now
  }

  override recommend({ seen }: ParticleSwarmState): Recommendation<P>[] {
    return recommendBest(seen, this.space)
  }

  override summarize({ seen, swarm, pending }: ParticleSwarmState): Readonly<Record<string, unknown>> {
    return { ...summarizeSeen(seen), swarms: swarm + 1, pending: pending.length }
  }

  /** Particles anywhere, on their way to anywhere else (v0 = (U - x0) / 2); as many as half of them at places known from elsewhere. */
  #begin(state: ParticleSwarmState, random: Random): ParticleSwarmState {
    const { populationSize } = this
    const guesses = state.guesses.slice(0, populationSize >> 1)
    const particles = Array.from({ length: populationSize }, (_, i): Particle => {
      const position = guesses[i]?.point ?? this.space.encode(this.createIndividual(random))
      const velocity = position.map((x) => (random.uniform() - x) / (i < guesses.length ? 20 : 2))
      return { position, velocity, best: guesses[i] ?? null }
    })
    const turns = particles.map((_, i) => i)
    return { ...state, swarm: state.swarm + 1, particles, turns, best: guesses[0] ?? null, idle: 0, guesses: [] }
  }

  /** What is known from elsewhere draws the swarm, in the place of the worst. */
  #learn(state: ParticleSwarmState, place: Place): ParticleSwarmState {
    if (state.particles.length === 0) {
      const guesses = [...state.guesses, place].sort((a, b) => b.score - a.score)
      return { ...state, guesses: guesses.slice(0, this.populationSize) }
    }
    if (state.best !== null && state.best.score >= place.score) return state
    return { ...state, best: place, idle: 0 }
  }

  #moveNext(state: ParticleSwarmState, random: Random) {
    const [particle, ...turns] = state.turns
    if (particle === undefined) return undefined
    const isTaken = (key: number) => state.pending.includes(key) || scoreAt(state.seen.known, key) !== undefined
    let moved = state.particles[particle]!
    let found: KeyedPoint | undefined
    for (let attempt = 0; attempt < attempts; attempt++) {
      const isAtStart =
        attempt === 0 &&
        moved.best === null &&
        scoreAt(state.seen.known, keyedPoint(this.space, moved.position).key) === undefined
      if (!isAtStart) moved = flown(moved, state.best, this.settings, random)
      found = keyedPoint(this.space, moved.position)
      if (!isTaken(found.key)) break
      found = undefined
    }
    if (!found) {
      found = freshPoint(this.space, isTaken, random) // whatever is on the way is known
      if (!found) return undefined
      moved = { ...moved, position: found.point }
    }
    const next = {
      ...state,
      particles: state.particles.with(particle, moved),
      turns,
      pending: [...state.pending, found.key],
    }
    const tag: Move = { swarm: state.swarm, particle }
    return { state: next, proposal: { parameters: this.space.decode(found.point), tag } }
  }
}

const attempts = 8
/** A swarm that is as close together as this finds nothing better. */
const leastSpread = 1e-10

/** Whether there is no swarm yet, or it has come together, or has found nothing better for long. */
function hasEnded({ particles, best, idle }: ParticleSwarmState, { patience }: Settings): boolean {
  if (particles.length === 0 || idle > patience * particles.length) return true
  return (
    best !== null &&
    particles.every(({ position }) => position.every((x, i) => Math.abs(x - best.point[i]!) < leastSpread))
  )
}

/** One move: velocity and position, Eq. (3) and (4). At a bound a particle stops and turns back at half its speed. */
function flown(
  { position, velocity, best }: Particle,
  swarmBest: Place | null,
  { inertia, attraction }: Settings,
  random: Random,
): Particle {
  const own = best?.point ?? position
  const common = swarmBest?.point ?? position
  const speeds = velocity.map((v, i) => {
    const x = position[i]!
    return inertia * v + attraction * (random.uniform() * (own[i]! - x) + random.uniform() * (common[i]! - x))
  })
  const places = position.map((x, i) => x + speeds[i]!)
  return {
    position: places.map((x) => (x < 0 ? 0 : x > 1 ? 1 : x)),
    velocity: speeds.map((v, i) => (places[i]! < 0 || places[i]! > 1 ? -v / 2 : v)),
    best,
  }
}

/** A particle has arrived where it went, and may move on. */
function arrive(state: ParticleSwarmState, { swarm, particle }: Move, score: number | null): ParticleSwarmState {
  if (swarm !== state.swarm) return state
  const turns = [...state.turns, particle]
  const moved = state.particles[particle]!
  const next = { ...state, turns, idle: state.idle + 1 }
  if (score === null || (moved.best !== null && moved.best.score >= score)) return next
  const place = { point: moved.position, score }
  const particles = state.particles.with(particle, { ...moved, best: place })
  if (state.best !== null && state.best.score >= score) return { ...next, particles }
  return { ...next, particles, best: place, idle: 0 }
}
