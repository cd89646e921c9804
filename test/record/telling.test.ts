import { statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { encodeState } from '../../src/core/state-codec.ts'
import { type Evaluation, Individual, Random } from '../../src/index.ts'
import { originIn } from '../../src/record/rows.ts'
import { numberInOrder } from '../../src/record/schema.ts'
import { ScreenReader } from '../../src/record/screen-reader.ts'
import { deflated, stateIn } from '../../src/record/stored-state.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { RandomSearch } from '../fixtures/random-search.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { evaluate, openRecord, proposal } from './told-record.ts'

const namesTold = (record: RecordWriter, from?: number) =>
  [...record.told(from)].map(({ individual }) => individual.name)

test('evaluations are told as they come, across generations, stops and further individuals of a block', () => {
  const record = openRecord()
  record.addGeneration(0, [proposal(0, 0), proposal(0, 1)])
  record.addGeneration(1, [proposal(1, 0)])
  evaluate(record, 0, 1)
  evaluate(record, 1, 0)
  const again = RecordWriter.openForWriting(record.directory)
  onTestFinished(() => again.close())
  again.addIndividuals([proposal(1, 1, 2)])
  evaluate(again, 1, 1)
  evaluate(again, 0, 0)
  expect(namesTold(again)).toEqual(['0.1', '1.0', '1.1', '0.0'])
  expect(namesTold(again, 2)).toEqual(['1.1', '0.0'])
  expect(again.counts()).toMatchObject({ generations: 2, individuals: 4, done: 4 })
  expect([...again.rows()].map(({ after, told }) => [after, told])).toEqual([
    [0, 3],
    [0, 0],
    [0, 1],
    [2, 2],
  ])
})

test.each(['as they come', 'in their order'])(
  'what was told from a number on is all that was told then, of evaluations that are told %s',
  (how) => {
    const come = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(come, fc.constantFrom(1, 2, 3), (places, size) => {
        const record = openRecord()
        if (how === 'in their order') record.numberTold(({ generation, index }) => generation * size + index)
        for (let generation = 0; generation < 12 / size; generation++) {
          record.addGeneration(
            generation,
            Array.from({ length: size }, (_, index) => proposal(generation, index)),
          )
        }
        for (const place of places) evaluate(record, Math.floor(place / size), place % size)
        const names = (how === 'in their order' ? places.toSorted((a, b) => a - b) : places).map(
          (place) => [place, `${Math.floor(place / size)}.${place % size}`] as const,
        )
        const screen = ScreenReader.openForReading(record.directory)
        for (let from = 0; from < 13; from++) {
          const wanted = names.filter(([place], number) => (how === 'in their order' ? place : number) >= from)
          expect(namesTold(record, from)).toEqual(wanted.map(([, name]) => name))
        }
        expect(screen.lastTold).toBe(how === 'in their order' ? Math.max(...places) : places.length - 1)
        screen.close()
      }),
      { numRuns: 25 },
    )
  },
)

test('where the order of telling is known before, it does not depend on who answers first; a stand-in is told behind the one that failed', () => {
  const record = openRecord()
  record.addGeneration(0, [proposal(0, 0), proposal(0, 1), proposal(0, 2)])
  record.numberTold(({ index }) => index % 3)
  evaluate(record, 0, 2)
  const failed = { individual: { generation: 0, index: 1, replicate: 0 }, epoch: 1, attempt: 1, worker: 1 }
  record.commit({
    attempts: [{ ...failed, verdict: 'accepted', cause: { kind: 'threw', message: 'It threw.' } }],
    standIns: [{ ...proposal(0, 4), replaces: 1 }],
    reports: [],
    positions: [],
  })
  evaluate(record, 0, 4, 0)
  expect(namesTold(record)).toEqual(['0.0', '0.1', '0.4', '0.2'])
  expect(record.row(failed.individual)!.told).toBe(1)
  record.close()
  // As the numbers are found again in a record that was rebuilt.
  const database = openDatabase(join(record.directory, 'trajectory.sqlite'))
  database.exec('update evaluations set told = null')
  database.exec(numberInOrder('individuals'))
  const told = database.prepare('select "index", told from evaluations order by told, "index"').raw().all()
  database.close()
  expect(told).toEqual([
    [0, 0],
    [1, 1],
    [4, 1],
    [2, 2],
  ])
})

test('the newest two checkpoints are kept, with what they hold as it was', () => {
  const record = openRecord()
  const value = {
    mean: new Float64Array([0.1, -0]),
    ranks: new Int32Array([3]),
    deep: [{ x: null }, -0],
    text: '\ud83d',
  }
  expect(record.checkpoint()).toBeUndefined()
  for (const told of [0, 10, 20])
    record.addCheckpoint({ told, asked: told + 5, state: encodeState({ ...value, told }) })
  expect(record.checkpoint()).toStrictEqual({ told: 20, asked: 25, value: { ...value, told: 20 } })
  expect(record.checkpoint(19)?.told).toBe(10)
  expect(record.checkpoint(9)).toBeUndefined()
})

test('a checkpoint that is large beside the rest is kept alone, unless what it knows would be lost', () => {
  const record = openRecord()
  const random = Random.of('state')
  const value = Float64Array.from({ length: 5000 }, () => random.uniform())
  const large = encodeState(value)
  record.addCheckpoint({ told: 0, asked: 5, state: encodeState(1) })
  expect(record.checkpoint()).toMatchObject({ told: 0, value: 1 })
  record.addCheckpoint({ told: 20, asked: 25, state: large, without: 'later' })
  expect(record.checkpoint()).toMatchObject({ told: 20, value })
  expect(record.checkpoint(19)).toBeUndefined()
  for (const told of [30, 30, 40]) record.addCheckpoint({ told, asked: told, state: large, without: 'lost' })
  expect([40, 39, 29].map((atMost) => record.checkpoint(atMost)?.told)).toEqual([40, 30, undefined])
})

test('a state that says much again and again is kept shorter, and comes back', () => {
  const given = Array.from({ length: 500 }, (_, index) => ({ generation: 3, index, score: index / 3, zero: -0 }))
  const bytes = deflated(encodeState(given))
  expect(bytes.length).toBeLessThan(12 * given.length)
  expect(stateIn(bytes)).toStrictEqual(given)
  expect(stateIn(deflated(encodeState(120)))).toBe(120)
})

test('who made an individual, of whom, from where and for how much is in the record, each operator once', () => {
  const record = openRecord()
  const parents = [0, 1].map((index) => ({ generation: 0, index, replicate: 0 }))
  const origin = { operator: 'crossover', parents }
  const individual = new Individual(parents[0]!, { x: 1 }, 5, { budget: 0.5, continues: parents[1]! })
  record.addGeneration(0, [{ individual, after: 7, origin }])
  expect(record.individuals(0)).toStrictEqual([individual])
  expect(record.row(parents[0]!)).toMatchObject({
    after: 7,
    origin: '[0,"0.0","0.1"]',
    budget: 0.5,
    continues: '0.1',
  })
  const made = ['mutation', 'crossover', 'mutation'].map((operator, i) => ({
    ...proposal(1, i),
    origin: { operator },
  }))
  record.addGeneration(1, made)
  expect([...record.rows()].map(({ origin }) => originIn(origin!, record.operators))).toEqual([
    { operator: 'crossover', parents: ['0.0', '0.1'] },
    ...made.map(({ origin: { operator } }) => ({ operator, parents: [] })),
  ])
  expect(record.manifest().operators).toEqual(['crossover', 'mutation'])
  expect(originIn('["crossover","0.1"]', [])).toEqual({ operator: 'crossover', parents: ['0.1'] })
})

test('a parent that an individual goes on from stands in the record once', () => {
  const record = openRecord()
  const parent = { generation: 0, index: 0, replicate: 0 }
  const promoted = new Individual({ ...parent, generation: 1 }, { x: 1 }, 5, { budget: 9, continues: parent })
  record.addGeneration(0, [proposal(0, 0)])
  record.addGeneration(1, [{ individual: promoted, after: 1, origin: { operator: 'promotion', parents: [parent] } }])
  expect(record.row(promoted)).toMatchObject({ origin: '[0]', continues: '0.0' })
})

test('an operator is counted anew after a transaction that failed', () => {
  const record = openRecord()
  record.addGeneration(0, [{ ...proposal(0, 0), origin: { operator: 'random' } }])
  const made = { ...proposal(1, 0), origin: { operator: 'mutation' } }
  expect(() => record.addGeneration(1, [made, made])).toThrow(/UNIQUE/)
  expect(record.operators).toEqual(['random'])
  record.addGeneration(1, [
    { ...proposal(1, 0), origin: { operator: 'crossover' } },
    { ...proposal(1, 1), origin: { operator: 'random' } },
  ])
  expect([...record.rows()].map(({ origin }) => originIn(origin!, record.operators).operator)).toEqual([
    'random',
    'crossover',
    'random',
  ])
})

/** How large the record is of so many individuals and a state that is all that was told. */
function sizeOf(individuals: number): number {
  const record = openRecord()
  let checkpointAt = 1
  for (let told = 0; told < individuals; told += 50) {
    const generation = told / 50
    const history = Array.from({ length: told }, (_, i) => [i / 7, i / 3])
    const isDue = told >= checkpointAt
    if (isDue) checkpointAt = 2 * told
    record.addGeneration(
      generation,
      Array.from({ length: 50 }, (_, index) => proposal(generation, index, told)),
      isDue ? { checkpoint: { told, asked: told + 50, state: encodeState(history) } } : {},
    )
    evaluate(record, generation, ...Array(50).keys())
  }
  record.close()
  return statSync(join(record.directory, 'trajectory.sqlite')).size
}

test('a record grows as the individuals do, also for a state that is all of the history', () => {
  expect(sizeOf(16_000) / sizeOf(4000)).toBeLessThan(4.5)
})

class Listener<P> extends RandomSearch<P> {
  readonly heard: Evaluation<P>[] = []

  override tell(...[state, evaluations]: Parameters<RandomSearch<P>['tell']>) {
    this.heard.push(...evaluations)
    return super.tell(state, evaluations)
  }
}

test('what an optimizer is told is what the record holds, whatever the simulation returns', async () => {
  let listener: Listener<Record<string, unknown>> | undefined
  const { directory } = await search({
    root: temporaryDirectory(),
    optimizee: 'rich-outputs',
    makeOptimizer: (optimizee) => {
      listener = new Listener(optimizee, { populationSize: 12, generations: 1 })
      return listener as never
    },
  })
  const record = RecordWriter.openForReading(directory)
  onTestFinished(() => record.close())
  expect(listener!.heard).toHaveLength(12)
  expect(new Set(listener!.heard.map(({ outcome }) => outcome))).toEqual(new Set(['done', 'failed']))
  expect(listener!.heard).toStrictEqual(record.evaluations(0))
  const attempts = [...record.rows()].flatMap((row) => record.attemptsOf(row))
  for (const { began, ended, milliseconds } of attempts) expect(ended! - began!).toBeCloseTo(milliseconds!, 0)
})
