import { type Abilities, findMissingAbility, type Order } from '../core/abilities.ts'
import { ConfigurationError } from '../core/errors.ts'
import { type Limits, mostEvaluations } from '../core/limits.ts'
import type { Optimizee } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { anything, checkOptions, wholeFrom } from '../core/options.ts'
import { isSame } from '../core/plain-data.ts'
import { Random } from '../core/random.ts'
import { repair, triesOfRepair } from '../core/repair.ts'
import { pointsOf } from '../core/replications.ts'
import type { RunnerSettings } from '../core/runner-settings.ts'
import { Replicates } from '../core/samples.ts'
import { SearchState } from '../core/search-state.ts'
import { duration, parseSettings } from '../core/settings.ts'
import { checkSizes } from '../core/sizes.ts'
import { counted, show } from '../core/text.ts'
import type { RecordReader } from '../record/reader.ts'
import { expandsInItsOwnWay } from './checkpoints.ts'
import { Ends } from './ends.ts'
import type { SearchPlan } from './searched.ts'
import { spentMs } from './time-limit.ts'

/** @throws ConfigurationError if the search cannot be what its plan says: by its optimizer, its space or its limits */
export async function checkPlan(
  optimizer: Optimizer,
  optimizee: Optimizee,
  plan: SearchPlan & { readonly onFailure?: RunnerSettings['onFailure'] | undefined },
): Promise<void> {
  const { order = 'generations', window, start = [], limits = {}, onFailure } = plan
  checkSizes(optimizer.type, optimizer)
  await checkAbilities(optimizer, optimizee, order)
  if (optimizee.replications && onFailure === 'replace') {
    throw new ConfigurationError(
      'onFailure: replace is for individuals that are simulated once, and with replications what fails is one sample of a point; leave out one of the two.',
    )
  }
  if (window !== undefined && order === 'generations') {
    throw new ConfigurationError(
      'window is for the orders ordered and arrival, and this search is in generations; say `order: ordered`, or leave it out.',
    )
  }
  if (window !== undefined && !(Number.isSafeInteger(window) && window >= 1)) {
    throw new ConfigurationError(`window needs a whole number of at least 1, got ${show(window)}.`)
  }
  start.forEach((guess, i) => {
    const refusal = optimizee.space.refuse(guess)
    if (refusal !== undefined) throw new ConfigurationError(`start[${i}] ${refusal}.`)
    const violated = optimizee.constraints.refuse(guess as never)
    if (violated !== undefined) throw new ConfigurationError(`start[${i}] ${violated}.`)
  })
  checkLimits(limits, optimizee)
  checkFeasible(optimizer)
  checkEvaluations(limits, optimizer, optimizee, { order, window, guesses: start.length })
}

/** What is to be simulated first fits into the limit, and individuals are not taken for their simulations. */
function checkEvaluations(
  limits: Limits,
  optimizer: Optimizer,
  { replications }: Optimizee,
  { order, window, guesses }: { readonly order: Order; readonly window: number | undefined; readonly guesses: number },
): void {
  const { evaluations = Number.POSITIVE_INFINITY, simulations } = limits
  const times = replications?.count ?? 1
  const most = mostEvaluations(limits, replications)
  const isOfSimulations = most < evaluations
  const refuse = (individuals: number, which: string) => {
    const [name, given] = isOfSimulations ? ['simulations', simulations] : ['evaluations', evaluations]
    const all = isOfSimulations ? `the ${individuals * times} simulations of ` : ''
    throw new ConfigurationError(`limits.${name} needs at least ${all}${which}, got ${given}.`)
  }
  if (most < guesses) refuse(guesses, `the ${guesses} first guesses (start), which are simulated before all others`)
  refuseTooMany(window ?? optimizer.populationSize, window === undefined ? 'the population' : 'window')
  const first = order === 'generations' ? firstGenerationOf(optimizer, guesses, most) : 1
  const together = order === 'generations' ? first : (window ?? optimizer.populationSize)
  refuseTooMany(together, window === undefined ? 'the population' : 'window')
  if (together * times > mostTogether) {
    throw new ConfigurationError(
      `replications: ${times} of ${together} individuals at once are ${together * times} simulations, which is more than the ${mostTogether} that are waited for together; lower replications, or the population.`,
    )
  }
  if (most < first) refuse(first, order === 'generations' ? `one generation of ${first}` : 'one individual')
  if (evaluations < times && simulations === undefined) {
    throw new ConfigurationError(
      `limits.evaluations counts individuals, each of which is simulated ${times} times (replications), and ${evaluations} are fewer than the simulations of a single one; say \`simulations: ${evaluations * times}\` if so many individuals are meant, raise it, or lower replications.`,
    )
  }
}

function refuseTooMany(individuals: number, which: string): void {
  if (individuals <= mostTogether) return
  throw new ConfigurationError(
    `${individuals} individuals at once are more than the ${mostTogether} that are waited for together; lower ${which}.`,
  )
}

/** Those of a generation are in memory at once. */
const mostTogether = 3_000_000

/**
 * How many individuals it has: beside guesses those that there is room for, or all of a generation that goes by no room.
 * Some propose fewer than there is room for: those are asked, where the limit leaves less than that.
 */
function firstGenerationOf(optimizer: Optimizer, guesses: number, limit: number): number {
  if (guesses > 0 && guesses >= optimizer.populationSize) return guesses
  const search = SearchState.begin(optimizer)
  const size = search.generationSize()
  if (optimizer.abilities.pace === 'generation') return guesses + size
  const most = Math.max(guesses, size)
  if (limit >= most || expandsInItsOwnWay(optimizer)) return most
  return guesses + search.wouldAsk(optimizer.populationSize - guesses)
}

function checkLimits(limits: Limits, { objectives: { names: objectives, wantsFront }, reference }: Optimizee): void {
  const counts = { generations: anything, evaluations: anything, simulations: anything, stagnation: anything }
  checkOptions('limits', limits, { ...counts, target: anything, time: anything })
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
    const refusal = limits[name] === undefined ? undefined : wholeFrom(1)(limits[name])
    if (refusal !== undefined) throw new ConfigurationError(`limits.${name} ${refusal}.`)
  }
  const { target, stagnation, time } = limits
  if (time !== undefined) parseSettings(duration, time, 'limits.time')
  if (stagnation !== undefined && wantsFront && reference === undefined) {
    const values = objectives.map((name) => `${name}: ...`).join(', ')
    throw new ConfigurationError(
      `limits.stagnation goes by the hypervolume of the front of ${objectives.join(', ')}, which is measured from a reference; give one as optimizee.reference: { ${values} }.`,
    )
  }
  if (target === undefined) return
  if (typeof target === 'number' && objectives.length > 1) {
    throw new ConfigurationError(
      `limits.target needs values by the names of objectives, of which there are ${objectives.length} (${objectives.join(', ')}), got ${target}.`,
    )
  }
  for (const [name, value] of Object.entries(typeof target === 'number' ? { [objectives[0]!]: target } : target)) {
    if (!objectives.includes(name)) {
      throw new ConfigurationError(
        `limits.target names ${show(name)}, and the objectives are ${objectives.join(', ')}.`,
      )
    }
    if (!Number.isFinite(value)) throw new ConfigurationError(`limits.target needs finite numbers, got ${show(value)}.`)
  }
}

/** @throws ConfigurationError if a run is beyond a limit already, unless that is the one which it had */
export function refuseLowLimits(record: RecordReader, optimizer: Optimizer, limits: Limits = {}): void {
  const { settings } = optimizer
  const { generations, evaluations, simulations, time, target } = limits
  const refuse = (name: string, least: string, given: number | string) => {
    throw new ConfigurationError(
      `${name} needs at least the ${least} that ${record.directory} has already, got ${given}; raise it, or choose another name.`,
    )
  }
  if (generations !== undefined && generations < record.generations) {
    refuse('limits.generations', counted(record.generations, 'generation'), generations)
  }
  if (settings.generations !== undefined && settings.generations < record.generations) {
    refuse('optimizer.generations', counted(record.generations, 'generation'), settings.generations)
  }
  if (evaluations !== undefined && evaluations < record.asked) {
    refuse('limits.evaluations', counted(record.asked, 'evaluation'), evaluations)
  }
  if (simulations !== undefined && simulations < record.simulations) {
    refuse('limits.simulations', `${record.simulations} simulations`, simulations)
  }
  const before = (record.manifest().limits ?? {}) as Limits
  const spent = spentMs(record)
  if (time !== undefined && time !== before.time && parseSettings(duration, time, 'limits.time') < spent) {
    refuse('limits.time', `${Math.ceil(spent / 1000)} s`, time)
  }
  if (target === undefined || isSame(target, before.target)) return
  const ends = new Ends({ target }, optimizer)
  const told = new Replicates(record.replications, optimizer.objectives).join(record.told())
  const newest = record.generations - 1
  const earlier = told.map(({ individual }) => individual).filter(({ generation }) => generation < newest)
  ends.tell(told, [...earlier, ...(newest < 0 ? [] : pointsOf(record.individuals(newest), record.replications))])
  if (ends.first === undefined) return
  throw new ConfigurationError(
    `limits.target: ${JSON.stringify(target)} has been reached already, by individual ${ends.first} of ${record.directory}; give a better one, or choose another name.`,
  )
}

/** A search in which nothing can be proposed is refused before anything is started. */
function checkFeasible({ space, constraints, settings }: Optimizer): void {
  if (!constraints.constrainParameters) return
  const random = Random.of(settings.seed, 'feasible')
  const drawn = space.decode(space.samplePoint(random))
  if (repair(space, constraints, drawn, random) !== undefined) return
  throw new ConfigurationError(
    `No parameters were found that keep all constraints (${constraints.names.map(show).join(', ')}): ${triesOfRepair} points were tried; what was drawn first ${constraints.refuse(drawn)}.`,
  )
}

/** An optimizer that cannot do what the search asks of it is refused, and those that can are named. */
async function checkAbilities(optimizer: Optimizer, optimizee: Optimizee, order: Order): Promise<void> {
  const missing = findMissingAbility(optimizer.abilities, optimizee, order)
  if (missing === undefined) return
  const { optimizers } = await import('../../optimizers/index.ts')
  const able = Object.entries<{ readonly abilities: Abilities }>(optimizers)
    .filter(([, { abilities }]) => findMissingAbility(abilities, optimizee, order) === undefined)
    .map(([type]) => type)
  const others = able.length > 0 ? `; those that can are ${able.join(', ')}` : ''
  throw new ConfigurationError(`The optimizer ${optimizer.type} ${missing}${others}.`)
}
