/** A closed population in which an infection passes from the susceptible to the infected to the recovered. */
interface SirModel {
  /** Infections that one infected causes per day among people who are all susceptible. */
  readonly transmission: number
  /** Part of the infected that recovers per day. */
  readonly recovery: number
  readonly population: number
  /** The infected on day 0; everybody else is susceptible then. */
  readonly infected: number
}

/** Enough for errors far below one person with rates of up to 10 per day. */
const stepsPerDay = 24

/**
 * The infected at equidistant times from day 0, `perDay` of them a day (a divisor of 24).
 *
 * Kermack and McKendrick, "A contribution to the mathematical theory of epidemics", Proc. R. Soc. A 115, 1927:
 * dS/dt = -beta S I / N, dI/dt = beta S I / N - gamma I, solved by the classical Runge-Kutta method.
 */
export function infectedOverTime(model: SirModel, days: number, perDay = 1): number[] {
  const { transmission, recovery, population } = model
  const h = 1 / stepsPerDay
  const stepsPerValue = stepsPerDay / perDay
  let infected = model.infected
  let susceptible = population - infected
  const infections = (s: number, i: number) => (transmission * s * i) / population
  const curve = [infected]
  for (let step = 1; step <= days * stepsPerDay; step++) {
    const new1 = infections(susceptible, infected)
    const i1 = new1 - recovery * infected
    const new2 = infections(susceptible - (h / 2) * new1, infected + (h / 2) * i1)
    const i2 = new2 - recovery * (infected + (h / 2) * i1)
    const new3 = infections(susceptible - (h / 2) * new2, infected + (h / 2) * i2)
    const i3 = new3 - recovery * (infected + (h / 2) * i2)
    const new4 = infections(susceptible - h * new3, infected + h * i3)
    const i4 = new4 - recovery * (infected + h * i3)
    susceptible -= (h / 6) * (new1 + 2 * new2 + 2 * new3 + new4)
    infected += (h / 6) * (i1 + 2 * i2 + 2 * i3 + i4)
    if (step % stepsPerValue === 0) curve.push(infected)
  }
  return curve
}
