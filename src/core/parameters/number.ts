import { anything, checkOptions, oneOf, refuseSurplus } from '../options.ts'
import { show } from '../text.ts'
import { clipUnit } from './axis.ts'
import type { IntegerOptions, Parameter, RealOptions, Scale } from './parameter.ts'
import { checkPrior, priorScaling } from './prior.ts'
import { clip, exactUnit, scaling } from './scaling.ts'
import { stepped } from './stepped.ts'

/**
 * A real number in [low, high]; `scale: 'log'` searches its logarithm and needs a positive `low`. With `low` equal to
 * `high` the parameter is held. A `step` leaves the values that are whole steps above `low`; of a `prior`, equal parts
 * of the axis hold equal shares.
 */
export function real(
  low: number,
  high: number,
  options: RealOptions = {},
  ...surplus: readonly never[]
): Parameter<number> {
  refuseSurplus('real', 3, surplus)
  const scale = scaleIn('real', options)
  checkBounds('real', low, high, scale)
  const { step, prior } = options
  if (step !== undefined) return stepped('real', low, high, step)
  if (prior !== undefined) checkPrior('real(low, high, { prior })', prior)
  const { toUnit, fromUnit } =
    prior === undefined || low === high ? scaling(low, high, scale) : priorScaling(low, high, prior)
  return {
    axes: [{ kind: 'real' }],
    decode: (point, at) => fromUnit(clipUnit(point[at]!)),
    encode(value, point, at) {
      point[at] = exactUnit(clip(value, low, high), toUnit, fromUnit)
    },
    refuse: (value) =>
      typeof value === 'number' && value >= low && value <= high
        ? undefined
        : `needs a number from ${low} to ${high}, got ${show(value)}`,
    definition: { type: 'real', low, high, ...(scale === 'log' && { scale }), ...(prior && { prior }) },
  }
}

/** An integer in [low, high], both included; every integer owns an equal part of the axis (of its logarithm with 'log'). */
export function integer(
  low: number,
  high: number,
  options: IntegerOptions = {},
  ...surplus: readonly never[]
): Parameter<number> {
  refuseSurplus('integer', 3, surplus)
  const scale = scaleIn('integer', options)
  checkBounds('integer', low, high, scale)
  for (const bound of [low, high]) {
    if (!Number.isSafeInteger(bound)) throw new RangeError(`integer(low, high) needs whole numbers, got ${show(bound)}`)
  }
  if (options.step !== undefined) return stepped('integer', low, high, options.step)
  const { toUnit, fromUnit } = scaling(low - 0.5, high + 0.5, scale)
  const integerAt = (unit: number) => clip(Math.round(fromUnit(unit)), low, high) + 0
  return {
    axes: [{ kind: 'integer', levels: high - low + 1 }],
    decode: (point, at) => integerAt(clipUnit(point[at]!)),
    encode(value, point, at) {
      point[at] = exactUnit(clip(Math.round(value), low, high), toUnit, integerAt)
    },
    refuse: (value) =>
      Number.isInteger(value) && (value as number) >= low && (value as number) <= high
        ? undefined
        : `needs an integer from ${low} to ${high}, got ${show(value)}`,
    definition: scale === 'log' ? { type: 'integer', low, high, scale } : { type: 'integer', low, high },
  }
}

function scaleIn(call: 'real' | 'integer', options: RealOptions): Scale {
  const known = { scale: oneOf('linear', 'log'), step: anything, ...(call === 'real' && { prior: anything }) }
  checkOptions(call, options, known, { log: "scale: 'log'" })
  const { scale = 'linear', step, prior } = options
  const given = [scale === 'log' && "scale: 'log'", step !== undefined && 'a step', prior !== undefined && 'a prior']
  const [first, second] = given.filter((one) => one !== false)
  if (second !== undefined) throw new RangeError(`${call}(low, high) takes ${first} or ${second}, got both`)
  return scale
}

function checkBounds(kind: string, low: number, high: number, scale: Scale): void {
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RangeError(`${kind}(low, high) needs finite bounds, got ${show(low)} and ${show(high)}`)
  }
  if (!(low <= high)) throw new RangeError(`${kind}(low, high) needs low <= high, got ${show(low)} and ${show(high)}`)
  if (scale === 'log' && !(low > 0))
    throw new RangeError(`${kind}(low, high) on a log scale needs low > 0, got ${show(low)}`)
}
