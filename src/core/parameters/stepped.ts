import { show } from '../text.ts'
import { coordinateOf, levelOf } from './axis.ts'
import type { Parameter } from './parameter.ts'
import { clip } from './scaling.ts'

/** Every whole step from `low` on owns an equal part of the axis. */
export function stepped(type: 'real' | 'integer', low: number, high: number, step: number): Parameter<number> {
  const isWhole = type === 'integer'
  const isStep = isWhole ? Number.isSafeInteger(step) : Number.isFinite(step)
  if (!isStep || !(step > 0) || (low < high && step > high - low)) {
    throw new RangeError(
      `${type}(low, high, { step }) needs a ${isWhole ? 'whole ' : ''}step above 0 and at most ${high - low}, got ${show(step)}`,
    )
  }
  const levels = Math.floor((high - low) / step + roundingOfSteps) + 1
  if (!Number.isSafeInteger(levels)) throw new RangeError(`${type}(low, high, { step }) has too many steps of ${step}`)
  const valueAt = (level: number) => clip(Number((low + level * step).toPrecision(15)), low, high) + 0
  const nearest = (value: number) => clip(Math.round((value - low) / step), 0, levels - 1)
  return {
    axes: [{ kind: 'integer', levels }],
    decode: (point, at) => valueAt(levelOf(point[at]!, levels)),
    encode(value, point, at) {
      point[at] = coordinateOf(nearest(value), levels)
    },
    refuse: (value) =>
      typeof value === 'number' && valueAt(nearest(value)) === value
        ? undefined
        : `needs a number from ${low} to ${high} in steps of ${step}, got ${show(value)}`,
    definition: { type, low, high, step },
  }
}

/** 1 has ten steps of 0.1, whatever the division says. */
const roundingOfSteps = 1e-9
