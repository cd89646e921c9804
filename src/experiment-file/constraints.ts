import type { Constraint } from '../core/constraints.ts'
import type { Optimizee } from '../core/optimizee.ts'
import type { Known } from './expression-names.ts'
import { below, makeAt, type Place } from './place.ts'

/** What an experiment's file says of its simulation, as far as constraints need to know it. */
interface Given {
  readonly constraints?: readonly (string | Constraint)[]
  readonly result?: Readonly<Record<string, unknown>>
}

/**
 * Has a simulation constrained as its experiment says, beside the constraints that are its own. The language of expressions
 * is loaded only where there are some.
 *
 * @throws ConfigurationError with the place of an expression that is none, or names what is not there
 */
export async function readConstraints(given: Given, optimizee: Optimizee, place: Place): Promise<void> {
  const { constraints = [], result } = given
  if (constraints.length === 0) return
  const { constraintFrom } = await import('./expression.ts')
  const { space, objectives } = optimizee
  const known: Known = {
    parameters: space.names,
    conditional: new Set(space.definitions.flatMap(([name, { when }]) => (when === undefined ? [] : [name]))),
    refuseTogether: (names) => space.refuseTogether(names),
    values: new Map(space.definitions.flatMap(([name, one]) => ('values' in one ? [[name, one.values] as const] : []))),
    objectives: objectives.names,
    outputs: outputsIn(result),
  }
  const read = constraints.map((constraint, i) =>
    makeAt(below(place, String(i)), () => {
      const made = typeof constraint === 'string' ? constraintFrom(constraint, known) : constraint
      if (made.of === 'parameters') made.violation(centreOf(optimizee)) // what cannot be computed is said before anything runs
      return made
    }),
  )
  makeAt(place, () => optimizee.constrain([...optimizee.ownConstraints, ...read]))
}

/** What a simulation gives, where its result is read by names; undefined where nobody can say. */
function outputsIn(result: Given['result']): readonly string[] | undefined {
  return result === undefined || Object.hasOwn(result, 'from') ? undefined : Object.keys(result)
}

function centreOf({ space }: Optimizee): Record<string, unknown> {
  return space.decode(space.axes.map(() => 0.5))
}
