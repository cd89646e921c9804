import { expect, test } from 'vitest'
import { isOfBuiltInClass, optimizersByName } from '../../optimizers/by-name.ts'
import { CrossEntropy, createOptimizer, GeneticAlgorithm, optimizers } from '../../optimizers/index.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { Random } from '../../src/core/random.ts'
import { describeSettings, SettingsError } from '../../src/core/settings.ts'
import { real } from '../../src/core/space.ts'
import { problemOf } from './search.ts'

const line = { ...problemOf({ x: real(0, 1) }), budget: { name: 'steps', low: 1, high: 81 } }

test('an optimizer is made by the name it is listed under', () => {
  for (const [type, Listed] of Object.entries(optimizers)) {
    const own = needed[type] ?? {}
    const optimizer = createOptimizer(line, { type, seed: 3, generations: 7, ...own })
    expect(optimizer).toBeInstanceOf(Listed)
    expect(optimizer.type).toBe(type)
    expect(Listed.type).toBe(type)
    expect(optimizer.settings).toMatchObject({ seed: 3, generations: 7 })
  }
})

test('what is loaded by name is what is listed, in the same order', async () => {
  const loaded = Object.entries(optimizersByName).map(async ([type, load]) => [type, await load()] as const)
  expect(await Promise.all(loaded)).toEqual(Object.entries(optimizers))
})

test("a class of one's own is none of those built in, whichever name it keeps", async () => {
  class Own<P> extends GeneticAlgorithm<P> {}
  expect(new Own(line, {}).type).toBe('genetic-algorithm')
  expect(await isOfBuiltInClass(new Own(line, {}))).toBe(false)
  expect(await isOfBuiltInClass(createOptimizer(line, { type: 'genetic-algorithm' }))).toBe(true)
})

/** What nobody else can know. */
const needed: Readonly<Record<string, object>> = {
  design: { design: { kind: 'latin-hypercube', points: 5 } },
}

test('every setting of a listed optimizer has a meaning, and a default unless it can be left out', () => {
  for (const { settings, summary } of Object.values(optimizers)) {
    expect(summary).toMatch(/^[^\n]+$/)
    for (const { name, meaning, default: value } of describeSettings(settings)) {
      expect(meaning, name).not.toBe('')
      if (!optional.has(name)) expect(value, name).toBeDefined()
    }
  }
})

test.each(Object.entries(optimizers))('%s takes no argument behind its settings', (type, Listed: unknown) => {
  const Untyped = Listed as new (...given: readonly unknown[]) => unknown
  expect(() => new Untyped(line, needed[type] ?? {}, 7)).toThrow(/takes 2 arguments, got 7 as well; name it among/)
})

test.each(Object.keys(optimizers))('%s shows nothing as the best that violates constraints', (type) => {
  const optimizer = createOptimizer(line, { type, ...needed[type] })
  const { state, proposals } = optimizer.ask(optimizer.start(Random.of('start')), 8, Random.of('ask'))
  const told = proposals.map(({ parameters, tag, budget }, index): Evaluation<{ x: number }> => {
    const individual = new Individual({ generation: 0, index, replicate: 0 }, parameters, 0, { budget })
    return { individual, outcome: 'done', fitness: [index], violation: 1, ...(tag !== undefined && { tag }) }
  })
  expect(told.length).toBeGreaterThan(0)
  const { best = null } = optimizer.summarize(optimizer.tell(state, told, Random.of('tell')))
  expect(best).toBeNull()
})

/** Settings that are left out, that follow from the space, or that nobody else can know. */
const optional = new Set([
  'generations',
  'populationSize',
  'breeding',
  'points',
  'whileSeparable',
  'noise',
  'restarts',
  'smoothing',
  'eliteFraction',
  'minPopSize',
  'maxPopSize',
  'nElite',
  'nExpand',
  'tempDecay',
  'startTemperature',
  'coolingSchedules',
  'temperatureBounds',
  'decayParameters',
  'nRandomSteps',
  'noiseLearningRate',
  'learningRateSigma',
  'mu',
  'stopAt',
  'design',
  'replications',
  'seeds',
])
test('an unknown type is answered with the nearest one', () => {
  const make = (type: string) => () => createOptimizer(line, { type })
  expect(make('genetic-algoritm')).toThrow(SettingsError)
  expect(make('genetic-algoritm')).toThrow('did you mean genetic-algorithm?')
  expect(make('something-else-altogether')).toThrow('known are auto, genetic-algorithm, nsga-ii')
  for (const type of ['__proto__', 'constructor', 'toString']) expect(make(type)).toThrow(SettingsError)
})

test('settings that do not fit are refused in one sentence', () => {
  expect(() => createOptimizer(line, { type: 'genetic-algorithm', popSize: 3 })).toThrow('optimizer: popSize is not a')
  expect(() => new GeneticAlgorithm(line, { populationSize: 0 })).toThrow(
    'populationSize needs a number at least 1, got 0',
  )
  expect(() => new CrossEntropy(line, { smoothing: 1 })).toThrow('smoothing needs a number below 1, got 1')
  expect(() => new CrossEntropy(line, { eliteFraction: 0 })).toThrow('eliteFraction needs a number above 0, got 0')
  const wrong = { type: 'cross-entropy', distribution: { type: 'gaussian', components: 2 } }
  expect(() => createOptimizer(line, wrong)).toThrow('distribution.components is not a setting')
})

test.each([
  ['genetic-algorithm', 'pop_size', 'populationSize'],
  ['genetic-algorithm', 'cxProb', 'crossoverProbability'],
  ['cross-entropy', 'rho', 'eliteFraction'],
  ['cross-entropy', 'n_iteration', 'generations'],
  ['face', 'temp_decay', 'tempDecay'],
])('of a setting that %s has under another name in L2L, %s, the name here is told: %s', (type, there, here) => {
  expect(() => createOptimizer(line, { type, [there]: 1 })).toThrow(`${there} is not a setting, did you mean ${here}?`)
})
