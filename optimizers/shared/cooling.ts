/** The cooling schedules of L2L, each a function of the start temperature and of how far the search is. */
export const coolingSchedules = [
  'default',
  'logarithmic',
  'exponential',
  'linear-multiplicative',
  'quadratic-multiplicative',
  'linear-additive',
  'quadratic-additive',
  'exponential-additive',
  'trigonometric-additive',
] as const

export type CoolingSchedule = (typeof coolingSchedules)[number]

export interface Cooling {
  readonly schedule: CoolingSchedule
  /** Temperatures at the first and after the last step; `default` and the multiplicative ones need no end. */
  readonly start: number
  readonly end: number
  /** What is left after each step, in the schedule `default`. */
  readonly decay: number
}

/**
 * The temperature of step k of K (Kirkpatrick, Gelatt and Vecchi 1983; Aarts and Korst 1989; multiplicative and additive
 * ones as in Nourani and Andresen 1998 and Luke 2013): from the start temperature and k alone, so that it never rises.
 */
export function temperatureAt({ schedule, start, end, decay }: Cooling, k: number, steps: number): number {
  const left = Math.max(0, steps - k) / steps
  switch (schedule) {
    case 'default':
      return start * decay ** k
    case 'logarithmic':
      return start / (1 + Math.log(1 + k))
    case 'exponential':
      return start * 0.85 ** k
    case 'linear-multiplicative':
      return start / (1 + k)
    case 'quadratic-multiplicative':
      return start / (1 + k ** 2)
    case 'linear-additive':
      return end + (start - end) * left
    case 'quadratic-additive':
      return end + (start - end) * left ** 2
    case 'exponential-additive':
      return end + (start - end) / (1 + Math.exp(2 * steepness * (0.5 - left)))
    case 'trigonometric-additive':
      return end + 0.5 * (start - end) * (1 + Math.cos(Math.PI * (1 - left)))
  }
}

/** How steep the logistic curve is: it falls from all to a thousandth, whatever the unit of the temperature. */
const steepness = Math.log(1000)
