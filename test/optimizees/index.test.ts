import { expect, test } from 'vitest'
import { optimizees } from '../../optimizees/index.ts'
import { optimizeeOf } from '../../runtime/worker/load-optimizee.ts'
import { readResult } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import type { Optimizee } from '../../src/core/optimizee.ts'
import { Random } from '../../src/core/random.ts'
import { describeSettings } from '../../src/core/settings.ts'
import { contextOf } from './context.ts'

const all = Object.entries(optimizees)

test.each(all)('%s says what it is and what can be set, with defaults', (_, { summary, settings }) => {
  expect(summary).not.toBe('')
  for (const row of describeSettings(settings)) {
    expect(row.meaning).not.toBe('')
    expect(row.default).toBeDefined()
  }
})

test.each(all)('a worker makes the same %s from its module and options', async (_, { settings, module, create }) => {
  const made = (create as (options: unknown) => Optimizee)(settings.parse({}))
  expect(made.source?.module).toBe(module)
  const options = JSON.parse(JSON.stringify(made.source?.options))
  const loaded: unknown = await optimizeeOf(await import(made.source!.module), options)
  const again = loaded as Optimizee
  expect(again.space.definitions).toEqual(made.space.definitions)
  expect(again.objectives.definition).toEqual(made.objectives.definition)
  for (let index = 0; index < 20; index++) {
    const parameters = made.createIndividual(Random.of(index))
    const one = new Individual({ generation: 0, index, replicate: 0 }, parameters, index)
    const result = await made.simulate(one, contextOf(one))
    expect(readResult(result, made.objectives.names)).not.toHaveProperty('refusal')
    expect(await again.simulate(one, contextOf(one))).toEqual(result)
  }
})
