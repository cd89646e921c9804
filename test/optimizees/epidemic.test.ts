import fc from 'fast-check'
import { expect, test } from 'vitest'
import epidemic from '../../optimizees/epidemic/epidemic.ts'
import { outbreak } from '../../optimizees/epidemic/outbreak.ts'
import { plotEpidemic, reportEpidemic } from '../../optimizees/epidemic/report.ts'
import { infectedOverTime } from '../../optimizees/epidemic/sir.ts'
import { type DoneEvaluation, readResult } from '../../src/core/evaluation.ts'
import { contextOf, individual } from './context.ts'

const school = { population: outbreak.boys, infected: 3 }
const rate = fc.double({ min: 0.1, max: 8, noNaN: true })

function simulate(transmission: number, recovery: number, optimizee = epidemic()) {
  const one = individual({ transmission, recovery })
  return optimizee.simulate(one, contextOf(one)) as {
    readonly residual: number
    readonly reproductionNumber: number
    readonly infected: readonly number[]
  }
}

test('the rates that fit the outbreak best are the known ones', () => {
  let best = { transmission: 0, recovery: 0, residual: Number.POSITIVE_INFINITY }
  // Every rate from 0.1 to 5 per day on a coarse grid, then a fine one around the best.
  const search = (from: [number, number], step: number, count: number) => {
    for (let i = 0; i <= count; i++) {
      for (let j = 0; j <= count; j++) {
        const [transmission, recovery] = [from[0] + i * step, from[1] + j * step]
        const { residual } = simulate(transmission, recovery)
        if (residual < best.residual) best = { transmission, recovery, residual }
      }
    }
  }
  search([0.1, 0.1], 0.1, 49)
  search([best.transmission - 0.1, best.recovery - 0.1], 0.005, 40)
  expect(best.transmission).toBeGreaterThan(1.65)
  expect(best.transmission).toBeLessThan(1.75)
  expect(best.recovery).toBeGreaterThan(0.43)
  expect(best.recovery).toBeLessThan(0.47)
  const { reproductionNumber } = simulate(best.transmission, best.recovery)
  expect(reproductionNumber).toBeGreaterThan(3.6)
  expect(reproductionNumber).toBeLessThan(3.85)
  expect(best.residual).toBeLessThan(17)
})

test('the residual is the root mean square of model minus data in boys', () => {
  const { infected, residual } = simulate(1.7, 0.45)
  expect(infected).toHaveLength(14)
  expect(infected[0]).toBe(3)
  const mean = infected.reduce((sum, boys, day) => sum + (boys - outbreak.inBed[day]!) ** 2, 0) / 14
  expect(residual).toBeCloseTo(Math.sqrt(mean), 12)
  expect(readResult(simulate(1.7, 0.45), ['residual'])).toMatchObject({
    fitness: [residual],
    outputs: { reproductionNumber: 1.7 / 0.45, infected },
  })
})

test('whoever is infected on day 0 may be set, within the school', () => {
  expect(simulate(1.7, 0.45, epidemic({ infected: 1 })).infected[0]).toBe(1)
  expect(() => epidemic({ infected: 763 })).toThrow('infected needs a number above 0 and below 763, got 763')
})

test('the infected obey the conserved quantity of the model', () => {
  // I + S - (gamma / beta) N ln S does not change (Kermack and McKendrick); S follows from dI/dt at the peak: gamma N / beta.
  fc.assert(
    fc.property(rate, fc.double({ min: 1.5, max: 8, noNaN: true }), (recovery, reproduction) => {
      const { population: n, infected } = school
      const days = Math.ceil(60 / recovery)
      const curve = infectedOverTime({ ...school, transmission: reproduction * recovery, recovery }, days, 24)
      const logistic = (s: number) => s - (n / reproduction) * Math.log(s)
      const peak = infected + logistic(n - infected) - logistic(n / reproduction)
      expect(Math.abs(Math.max(...curve) - peak)).toBeLessThan(0.06 * peak)
      expect(Math.max(...curve)).toBeLessThan(peak * 1.0001)
    }),
    { numRuns: 30 },
  )
})

test('without transmission the infected recover exponentially', () => {
  const curve = infectedOverTime({ ...school, transmission: 0, recovery: 0.5 }, 13)
  curve.forEach((boys, day) => {
    expect(boys).toBeCloseTo(3 * Math.exp(-0.5 * day), 6)
  })
})

test('smaller time steps change nothing that can be seen', () => {
  // Time runs twice as fast: the same curve with half the rates and twice the days has twice the steps.
  const coarse = infectedOverTime({ ...school, transmission: 1.7, recovery: 0.45 }, 13, 2)
  const fine = infectedOverTime({ ...school, transmission: 0.85, recovery: 0.225 }, 26)
  expect(fine).toHaveLength(coarse.length)
  coarse.forEach((boys, i) => {
    expect(boys).toBeCloseTo(fine[i]!, 3)
  })
})

test('any rates within the bounds give a number', () => {
  const { space } = epidemic()
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }), (point) => {
      const { transmission, recovery } = space.decode(point)
      const { infected, residual } = simulate(transmission, recovery)
      expect(Number.isFinite(residual)).toBe(true)
      for (const boys of infected) expect(boys >= 0 && boys <= 763).toBe(true)
    }),
  )
})

test('the plot shows data and model, whatever the rates', () => {
  const plot = plotEpidemic({ transmission: 1.7, recovery: 0.4475 }, 3)
  const lines = plot.split('\n')
  expect(lines).toHaveLength(18)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(66)
  const canvas = lines.slice(1, 16).map((line) => line.slice(7))
  const marks = [...canvas.join('')]
  expect(marks.filter((mark) => mark === 'o' || mark === '@')).toHaveLength(14) // one for each day
  expect(marks.filter((mark) => mark === '.' || mark === '@').length).toBeGreaterThan(40)
  // Day 5, 298 boys: in the top row of 300, column 5 x 4.
  expect(canvas[0]![20]).toBe('@')
  expect(canvas[14]![0]).toBe('@')
  fc.assert(
    fc.property(rate, rate, (transmission, recovery) => {
      const other = plotEpidemic({ transmission, recovery }, 3).split('\n')
      expect(other).toHaveLength(18)
      expect([...other.slice(1, 16).join('')].filter((mark) => mark === 'o' || mark === '@')).toHaveLength(14)
    }),
  )
})

test('the report says the rates, the reproduction number and the residual', () => {
  const one = individual<Record<string, unknown>>({ transmission: 1.7, recovery: 0.45 })
  const read = readResult(simulate(1.7, 0.45), ['residual'])
  const best = { individual: one, outcome: 'done', ...read } as DoneEvaluation
  const text = reportEpidemic(best)
  expect(text).toMatch(/transmission rate +1\.700 per day/)
  expect(text).toMatch(/recovery rate +0\.450 per day/)
  expect(text).toMatch(/R0 +3\.78\n/)
  expect(text).toMatch(/residual +16\.\d boys/)
  expect(text).toContain(plotEpidemic({ transmission: 1.7, recovery: 0.45 }, 3))
})
