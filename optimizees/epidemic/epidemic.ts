import type { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { Optimizee } from '../../src/core/optimizee.ts'
import { type ParametersOf, real, space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { outbreak } from './outbreak.ts'
import { infectedOverTime } from './sir.ts'

const rates = space({
  transmission: real(0.1, 10, { scale: 'log' }),
  recovery: real(0.05, 5, { scale: 'log' }),
})

export type EpidemicRates = ParametersOf<typeof rates>

export interface EpidemicOptions {
  /** Boys who are infected on day 0; by default, those who were in bed. */
  readonly infected?: number | undefined
}

/**
 * The epidemic as a search problem: which rates, per day, tell the course of the school's outbreak best? The boys in bed
 * are taken for the infected; all who are not infected on day 0 are susceptible. The residual is the root mean square,
 * over the days, of model minus data, in boys.
 */
class Epidemic extends Optimizee<EpidemicRates> {
  readonly #infected: number

  constructor(options: EpidemicOptions) {
    super(rates, new Objectives({ residual: 'minimize' }), { module: import.meta.url, options })
    this.#infected = options.infected ?? outbreak.inBed[0]
    if (!(this.#infected > 0 && this.#infected < outbreak.boys)) {
      throw new RangeError(`infected needs a number above 0 and below ${outbreak.boys}, got ${show(this.#infected)}`)
    }
  }

  override simulate({ parameters }: Individual<EpidemicRates>) {
    const infected = infectedInSchool(parameters, this.#infected)
    const squares = infected.map((boys, day) => (boys - outbreak.inBed[day]!) ** 2)
    return {
      residual: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length),
      reproductionNumber: parameters.transmission / parameters.recovery,
      infected,
    }
  }
}

export default function epidemic(options: EpidemicOptions = {}): Optimizee<EpidemicRates> {
  return new Epidemic(options)
}

/** The infected boys in the model, from the first day of the data to the last. */
export function infectedInSchool({ transmission, recovery }: EpidemicRates, infected: number, perDay = 1): number[] {
  const model = { transmission, recovery, population: outbreak.boys, infected }
  return infectedOverTime(model, outbreak.inBed.length - 1, perDay)
}
