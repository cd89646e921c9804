import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { optimizers } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { SettingsError } from '../../src/core/settings.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import { optimizersIn } from '../../src/experiment-file/optimizers-in.ts'
import { Experiment } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { UserFolder } from '../cli/folder.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

/** A search that draws one individual after the other; `members` stand in place of its own. */
const walk = (members: Readonly<Record<string, string>> = {}) => {
  const all: Readonly<Record<string, string>> = {
    type: `static type = 'walk'`,
    version: 'static version = 3',
    settings: `static settings = z.object({ ...commonSettings, sigma: z.number().positive().default(0.1).describe('How far') })`,
    abilities: `static abilities = { axes: ['real'], objectives: 'one', pace: 'steady', searches: false }`,
    constructor: `constructor(problem, given) { super(problem, parseSettings(Walk.settings, given, 'optimizer')) }`,
    start: 'start() { return {} }',
    ask: 'ask(state, room, random) { return { state, proposals: [{ parameters: this.createIndividual(random) }] } }',
    tell: 'tell(state) { return state }',
    ...members,
  }
  return `import { commonSettings, Optimizer } from 'twoloop'
import { parseSettings, z } from 'twoloop/kit'
export default class Walk extends Optimizer {
  ${Object.values(all).join('\n  ')}
}`
}

const experiment = (optimizer: object, type = 'real') =>
  folder.write('search.yaml', {
    optimizee: {
      command: ['node', 'simulate.js', '{x}'],
      parameters: { x: { type, low: 0, high: 1 } },
      objectives: { error: 'minimize' },
    },
    optimizer,
  })

const refusal = async (optimizer: object, type?: string) => {
  const error = await loadExperiment(experiment(optimizer, type)).catch((thrown: unknown) => thrown)
  expect(error).toSatisfy((one) => one instanceof ConfigurationError || one instanceof SettingsError)
  const { message } = error as Error
  expect(message).not.toContain('\n')
  return message.replaceAll(folder.path, '.')
}

test('an optimizer of the user is named by its module, and set in the file and on the command line', async () => {
  folder.write('mine.ts', walk())
  const file = experiment({ module: './mine.ts', sigma: 0.3, seed: 4 })
  const { optimizer, configuration } = await loadExperiment(file, { set: ['optimizer.sigma=0.5'], generations: 7 })
  expect(optimizer.type).toBe('walk')
  expect(optimizer.settings).toEqual({ sigma: 0.5, seed: 4, generations: 7 })
  expect(configuration.optimizer).toEqual({ type: 'walk', version: 3, settings: { sigma: 0.5, seed: 4 } })
})

test('its settings are checked like those of what is built in, and unknown ones refused', async () => {
  folder.write('mine.ts', walk())
  expect(await refusal({ module: './mine.ts', sigma: -1 })).toBe(
    './search.yaml: optimizer.sigma needs a number above 0, got -1',
  )
  expect(await refusal({ module: './mine.ts', sgima: 1 })).toBe(
    './search.yaml: optimizer.sgima is not a setting, did you mean sigma?',
  )
  expect(await refusal({ module: './mine.ts', type: 'walk' })).toBe(
    './search.yaml: optimizer.module needs to stand without a type, got the type "walk"',
  )
})

test('what a module lacks is said in one sentence', async () => {
  const of = async (text: string) => {
    folder.write('mine.ts', text)
    const message = await refusal({ module: './mine.ts' })
    const begin = './search.yaml: optimizer.module ./mine.ts: '
    expect(message.startsWith(begin)).toBe(true)
    return message.slice(begin.length)
  }
  expect(await of('export const walk = 1')).toBe('it has no default export; wanted a class that extends Optimizer')
  expect(await of('export default { type: "walk" }')).toBe(
    'its default export is not a class that extends Optimizer, got {"type":"walk"}',
  )
  expect(await of('export default class Walk { ask() {} }')).toBe(
    'its default export is not a class that extends Optimizer, got the class Walk',
  )
  expect(await of('export default function walk() {}')).toBe(
    'its default export is not a class that extends Optimizer, got a function',
  )
  expect(await of(walk().replace('export default class', 'export class'))).toBe(
    'it has no default export; wanted a class that extends Optimizer, and exports Walk by name: write `export default class`',
  )
  const lacking = { type: '', settings: '', ask: '', tell: '', abilities: 'static abilities = undefined' }
  expect(await of(walk({ ...lacking, constructor: '' }))).toBe(
    'its class lacks static type, static settings, static abilities, ask, tell',
  )
  expect(await of(walk({ type: `static type = 'design'` }))).toBe(
    'its class needs a static type of its own: design is built in',
  )
  expect(await of(walk({ version: 'static version = 0.5' }))).toBe(
    'its class needs a whole number from 1 as its static version, got 0.5',
  )
  expect(await of(walk({ settings: 'static settings = { sigma: 1 }' }))).toBe(
    'its class needs static settings made with z.strictObject({ ... }) of twoloop/kit',
  )
  expect(await of(walk({ settings: 'static settings = z.object({ sigma: z.number() })' }))).toBe(
    'its class needs the settings seed and generations: begin with ...commonSettings',
  )
  expect(await of(walk({ abilities: `static abilities = { ...Optimizer.abilities, pace: 'slow' }` }))).toBe(
    'its class has other abilities than there are: pace needs one of "generation", "steady", got "slow"',
  )
  expect(await of('throw new Error("no licence")')).toBe('threw while it was imported: no licence')
})

test('a class that takes its settings as they are given, without their defaults, is refused', async () => {
  folder.write('mine.ts', walk({ constructor: '' }))
  expect(await refusal({ module: './mine.ts' })).toBe(
    './search.yaml: optimizer.module has a class that does not read its settings: its constructor needs to give super(...) what parseSettings of twoloop/kit makes of them',
  )
})

test('a module that is not there, or that the problem is too much for, is refused before anything is run', async () => {
  folder.write('mine.ts', walk())
  expect(await refusal({ module: './other.ts' })).toBe(
    './search.yaml: optimizer.module needs a module, and there is no file ./other.ts',
  )
  const able = Object.entries(optimizers).flatMap(([type, { abilities }]) => {
    const axes: readonly string[] = abilities.axes
    if ('budgets' in abilities || 'reports' in abilities) return [] // which need what this problem has not
    return axes.includes('integer') ? [type] : []
  })
  expect(await refusal({ module: './mine.ts' }, 'integer')).toBe(
    `./search.yaml: The optimizer walk cannot search integer parameters; those that can are ${able.join(', ')}.`,
  )
  expect(await refusal({ tpye: 'walk' })).toBe('./search.yaml: optimizer.tpye is not a setting, did you mean type?')
})

test('the optimizer that a module is, or that an experiment names, can be listed', async () => {
  const types = async (file: string) => (await optimizersIn(file)).map(({ type }) => type)
  const module = folder.write('mine.ts', walk())
  expect(await types(module)).toEqual(['walk'])
  expect(await types(experiment({ module: './mine.ts' }))).toEqual(['walk'])
  expect(await types(experiment({ type: 'design' }))).toEqual(['design'])
  const made = folder.write(
    'made.ts',
    `import { defineExperiment, defineOptimizee, GeneticAlgorithm, real } from 'twoloop'
     const optimizee = defineOptimizee({ parameters: { x: real(0, 1) }, objectives: { f: 1 }, simulate: () => 1 })
     export default defineExperiment({ optimizee, optimizer: new GeneticAlgorithm(optimizee) })`,
  )
  expect(await types(made)).toEqual(['genetic-algorithm'])
  expect(await types(folder.write('none.ts', 'export default { optimizee: { type: "function" } }'))).toEqual(['auto'])
  const without = folder.write('without.ts', 'export const walk = 1')
  await expect(optimizersIn(without)).rejects.toThrow('no default export; wanted a class that extends Optimizer')
})

test.each([
  ['get populationSize() { return 2.5 }', 'populationSize: it needs to give a whole number from 1, and gave 2.5'],
  ['get usualGenerations() { return NaN }', 'usualGenerations: it needs to give a whole number from 1, and gave NaN'],
  ['get usualGenerations() { return -3 }', 'usualGenerations: it needs to give a whole number from 1, and gave -3'],
  ['get allGenerations() { throw new Error("no end") }', 'allGenerations: no end'],
])('how large a search is comes from numbers: %s', async (more, said) => {
  folder.write('mine.ts', walk({ more }))
  expect(await refusal({ module: './mine.ts' })).toContain(`The optimizer walk failed in ${said}`)
})

test('a number that only a state has is named as the algorithm has it, not as YAML would write it', async () => {
  folder.write('mine.ts', walk({ start: 'start() { return { mean: [0, NaN] } }' }))
  expect(await refusal({ module: './mine.ts' })).toContain('its state must be plain data, but mean[1] is NaN.')
})

test.each(orders)(
  'in the order %s, an optimizer that was edited is named where its run goes on, once, unless its version says so',
  async (order) => {
    const file = folder.write('search.yaml', {
      order,
      optimizee: { type: 'function', name: 'gauss2d' },
      optimizer: { module: './mine.ts' },
      runner: { workers: 1 },
    })
    const warned = async (evaluations: number) => {
      const { optimizer, optimizee, source, plan, runner, configuration, optimizerFiles } = await loadExperiment(file)
      const warnings: string[] = []
      await using experiment = new Experiment({ root: folder.path })
      await experiment.prepareExperiment({ name: 'run', runner, configuration })
      const limits = { evaluations }
      const onWarning = (sentence: string) => warnings.push(sentence)
      await experiment.runExperiment(optimizer, optimizee, {
        source,
        ...plan,
        limits,
        optimizerFiles: optimizerFiles!,
        onWarning,
      })
      return warnings.map((one) => one.replaceAll(folder.path, '.'))
    }
    const length = (turns: number) => `export const turns = ${turns}`
    folder.write('length.ts', length(1))
    folder.write('mine.ts', `import { turns } from './length.ts'\nexport { turns }\n${walk()}`)
    expect(await warned(3)).toEqual([])
    expect(await warned(5)).toEqual([])
    folder.write('length.ts', length(2))
    expect(await warned(7)).toEqual([
      'length.ts has changed since ./run was begun, and the optimizer walk is of version 3 as before: from now on it may search otherwise; give it another version where it does.',
    ])
    expect(await warned(9)).toEqual([])
    folder.write(
      'mine.ts',
      `import { turns } from './length.ts'\nexport { turns }\n${walk({ version: 'static version = 4', since: 'static since = 3', upgrade: 'upgrade(state) { return state }' })}`,
    )
    expect(await warned(11)).toEqual([
      'mine.ts has changed since ./run was begun, and the optimizer walk is of version 4 now, after version 3: what was proposed before stays as it is.',
    ])
    const record = RecordReader.openForReading(join(folder.path, 'run'))
    const { codeChanges } = record.manifest()
    record.close()
    expect(codeChanges).toEqual([
      { epoch: 3, files: ['length.ts'] },
      { epoch: 5, files: ['mine.ts'] },
    ])
  },
)
