import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { createOptimizer, optimizers } from '../../optimizers/index.ts'
import type { Optimizee } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { nearest } from '../core/settings.ts'
import { show } from '../core/text.ts'
import { below, makeAt, type Place, parseAt, refuse } from './place.ts'

/** The optimizer that an experiment names, or has made by itself, for the simulation that it names. */
export function chooseOptimizer(given: object, optimizee: Optimizee, place: Place): Optimizer {
  if (isOptimizer(given)) {
    if (!isDeepStrictEqual(given.space.definitions, optimizee.space.definitions)) {
      refuse(
        place,
        `searches ${given.space.names.join(', ')}, but the optimizee has ${optimizee.space.names.join(', ')}`,
      )
    }
    return given
  }
  const { type } = given as { type?: unknown }
  if (!isListed(type)) {
    const known = Object.keys(optimizers)
    const meant = typeof type === 'string' ? nearest(type, known) : undefined
    const hint = meant ? `, did you mean ${meant}?` : ''
    refuse(below(place, 'type'), `needs one of ${known.join(', ')}, got ${show(type)}${hint}`)
  }
  const settings = optimizers[type].settings as z.ZodObject
  parseAt(settings.safeExtend({ type: z.literal(type) }), given, place)
  return makeAt(place, () => createOptimizer(optimizee, given as { type: typeof type }))
}

function isListed(type: unknown): type is keyof typeof optimizers {
  return typeof type === 'string' && Object.hasOwn(optimizers, type)
}

function isOptimizer(value: object): value is Optimizer {
  const { settings, postProcess, space } = value as Partial<Optimizer>
  return typeof postProcess === 'function' && typeof settings === 'object' && typeof space === 'object'
}
