import { aList, aRecord, checkArgument, refuseSurplus } from '../core/options.ts'
import { isSame } from '../core/plain-data.ts'
import { doVary } from './variation.ts'

/** A scenario and what came of it; no number where nothing did. */
export interface Scenario {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly output: number
}

/** What happens to the output when one parameter alone leaves the reference. */
export interface Swing {
  readonly name: string
  /** The outputs at the values it was given, in the order in which they were simulated. */
  readonly changes: readonly Change[]
  /** The lowest and the highest output, the reference's among them; null if the reference has none. */
  readonly low: number | null
  readonly high: number | null
  /** How far the lowest output is from the highest. */
  readonly swing: number | null
}

export interface Change {
  readonly value: unknown
  /** Null if it failed. */
  readonly output: number | null
  /** Against the reference. */
  readonly difference: number | null
}

/**
 * How far each parameter moves the output away from a reference scenario (a tornado diagram's bars), in the order in which
 * the parameters were varied. The first scenario is the reference; every other one differs from it in one parameter.
 *
 * @throws RangeError if a scenario differs in none or in several
 */
export function swings(scenarios: readonly Scenario[], ...surplus: readonly never[]): Swing[] {
  refuseSurplus('swings', 1, surplus, '')
  checkArgument('swings', 'scenarios', scenarios, aList)
  for (const scenario of scenarios) checkArgument('swings', 'a scenario', scenario?.parameters, aRecord)
  const [reference, ...others] = scenarios
  if (!reference) throw new RangeError('swings needs a reference scenario, got none')
  const changes = new Map<string, Change[]>()
  // What differs by the rounding of what computed it has not been moved.
  const apart = (a: number, b: number) => (doVary([a, b]) || Number.isNaN(a - b) ? a - b : 0)
  const difference = (output: number) => finite(apart(output, reference.output))
  others.forEach(({ parameters, output }, i) => {
    const varied = Object.keys(parameters).filter((name) => !isSame(parameters[name], reference.parameters[name]))
    const [name] = varied
    if (name === undefined || varied.length > 1) {
      throw new RangeError(
        `swings needs scenarios that differ from the reference in one parameter, got ${varied.length} in scenario ${i + 1}`,
      )
    }
    const change = { value: parameters[name], output: finite(output), difference: difference(output) }
    changes.set(name, [...(changes.get(name) ?? []), change])
  })
  return [...changes].map(([name, list]) => {
    const outputs = [reference.output, ...list.map((change) => change.output ?? Number.NaN)].filter(Number.isFinite)
    if (!Number.isFinite(reference.output)) return { name, changes: list, low: null, high: null, swing: null }
    const low = Math.min(...outputs)
    const high = Math.max(...outputs)
    return { name, changes: list, low, high, swing: apart(high, low) }
  })
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
