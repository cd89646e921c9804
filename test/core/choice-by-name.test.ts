import { expect, expectTypeOf, test } from 'vitest'
import program from '../../optimizees/program/program.ts'
import { Batch } from '../../src/core/batch.ts'
import { defineOptimizee } from '../../src/core/define-optimizee.ts'
import { choice, parameterFrom, space, vector, when } from '../../src/core/space.ts'
import type { OptimizeeDefinition } from '../../src/index.ts'
import { contextOf, individual } from '../optimizees/context.ts'

const nets = { small: { layers: 2 }, large: { layers: 8 } }

test('a choice by name is a choice of names, which come back as they are from plain data', () => {
  const one = space({ net: choice(nets) })
  expect(one.axes).toEqual([{ kind: 'choice', levels: 2 }])
  expect([0.2, 0.8].map((unit) => one.decode([unit]).net)).toEqual(['small', 'large'])
  expect(one.refuse({ net: { layers: 2 } })).toBe('net needs one of "small", "large", got {"layers":2}')
  const [[, definition]] = JSON.parse(JSON.stringify(one.definitions))
  const again = space({ net: parameterFrom(definition) })
  expect(again.definitions).toEqual(one.definitions)
  expect(again.meaningOf({ net: 'large' })).toEqual({ net: { layers: 8 } })
  expect(() => choice({ odd: { layers: () => 2 } })).toThrow('what "odd" stands for is none: layers is a function')
  expect(() => choice([{ layers: 1 }] as never)).toThrow('got {"layers":1}; name it, as in choice({ large: ... })')
})

test('a simulation is given what names stand for, a copy each time', async () => {
  const seen: unknown[] = []
  const optimizee = defineOptimizee({
    parameters: {
      net: choice(nets),
      blocks: vector(choice({ one: [1], two: [2, 2] }), 2),
      other: when({ net: 'large' }, choice({ on: { rate: 0.5 } })),
    },
    objectives: { cost: 'minimize' },
    simulate({ parameters }) {
      expectTypeOf(parameters.net).toEqualTypeOf<{ layers: number }>()
      expectTypeOf(parameters.blocks).toEqualTypeOf<number[][]>()
      expectTypeOf(parameters.other).toEqualTypeOf<{ rate: number } | undefined>()
      seen.push(structuredClone(parameters))
      const { layers } = parameters.net
      parameters.net.layers = 99
      return layers
    },
  })
  const one = individual({ net: 'large', blocks: ['two', 'one'], other: 'on' } as const)
  const other = individual({ net: 'small', blocks: ['one', 'one'] } as const)
  for (const simulated of [one, one, other]) await optimizee.simulate(simulated as never, contextOf(simulated))
  const large = { net: { layers: 8 }, blocks: [[2, 2], [1]], other: { rate: 0.5 } }
  expect(seen).toEqual([large, large, { net: { layers: 2 }, blocks: [[1], [1]] }])
  expect(one.parameters.net).toBe('large')
})

test('so are simulations of several individuals, and programs', () => {
  const definition: OptimizeeDefinition<{ net: unknown }> = {
    parameters: { net: choice(nets) },
    objectives: { cost: 'minimize' },
    simulateMany: ({ columns: { net } }) => Array.from(net, (one) => (one as { layers: number }).layers),
  }
  const optimizee = defineOptimizee(definition)
  const both = ['small', 'large'].map((net) => individual<{ net: unknown }>({ net }))
  const results = optimizee.simulateMany!(new Batch(both, optimizee.space), { of: () => contextOf(both[0]!) } as never)
  expect(results).toEqual([2, 8])
  const parameters = [['net', choice(nets).definition]] as const
  const told = program({ program: ['none'], parameters, objectives: { cost: 'minimize' } })
  const { facts } = told.explain!(both[1] as never, contextOf(both[1]!, { directory: () => '/runs/one' }))
  expect(facts.find(([label]) => label === 'line')?.[1]).toContain('"parameters":{"net":{"layers":8}}')
})
