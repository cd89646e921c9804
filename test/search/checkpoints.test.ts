import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GeneticAlgorithm } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import {
  type Evaluation,
  type Optimizee,
  Optimizer,
  type Random,
  real,
  type State,
  Trajectory,
} from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { Checkpoints } from '../../src/search/checkpoints.ts'
import { openDatabase } from '../../src/system/database.ts'
import { problemOf } from '../optimizers/search.ts'
import { evaluate, openRecord, proposal } from '../record/told-record.ts'
import { search, searchStoppedEvery } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { proposalsToldAgain } from '../told-again.ts'

/** Its checkpoints, after the first, when it has computed for so many milliseconds at a time. */
function checkpointsOf(size: number, milliseconds: readonly number[]): boolean[] {
  class Own extends Optimizer {
    static readonly type = 'own'
    start = (random: Random): State => Float64Array.from({ length: size }, () => random.uniform())
    ask = (state: State) => ({ state, proposals: [] })
    tell = (state: State) => state
  }
  let now = 0
  const optimizer = new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 })
  const checkpoints = new Checkpoints(optimizer, openRecord(), () => now)
  const place = { told: 0, asked: 0, generation: 0 }
  expect(checkpoints.due(place)).toBeDefined()
  return milliseconds.map((spent) => {
    checkpoints.timed(() => {
      now += spent
    })
    return checkpoints.due(place) !== undefined
  })
}

test('a state is stored when telling again would take a second; one that is large beside the record, ten', () => {
  const milliseconds = [999, 1, 1000, 1000, 4000, 4000, 1001, 9000]
  expect(checkpointsOf(1, milliseconds)).toEqual([false, true, true, true, true, true, true, true])
  expect(checkpointsOf(50_000, milliseconds)).toEqual([false, false, false, false, false, true, false, true])
})

/** Its state is all that it was told. */
class Archive extends Optimizer {
  static readonly type = 'archive'
  start = (): State => ({ points: new Float64Array(0), costs: new Float64Array(0) })
  ask = (state: State) => ({ state, proposals: [] })
  tell = (old: State, evaluations: readonly Evaluation[]): State => {
    const { points, costs } = old as { points: Float64Array; costs: Float64Array }
    const told = evaluations.flatMap(({ individual }) => this.space.encode(individual.parameters))
    return {
      points: Float64Array.of(...points, ...told),
      costs: Float64Array.of(...costs, ...evaluations.map((one) => (one.outcome === 'done' ? one.fitness[0]! : -1))),
    }
  }
}

test('a state that is all of what was told refers to the record, is stored after a second, and comes back exactly', () => {
  const problem = problemOf<Record<string, unknown>>({ x: real(0, 1001) })
  const record = openRecord()
  let now = 0
  const optimizer = new Archive(problem, { seed: 1 })
  const checkpoints = new Checkpoints(optimizer, record, () => now)
  checkpoints.due({ told: 0, asked: 0, generation: -1 })
  const size = 2000
  const tell = (generation: number) => {
    const indices = Array.from({ length: size }, (_, index) => index)
    record.addGeneration(
      generation,
      indices.map((index) => proposal(generation, index, generation * size)),
    )
    evaluate(record, generation, ...indices)
    optimizer.search.tell(record.evaluations(generation))
    checkpoints.timed(() => {
      now += 1000
    })
    const due = checkpoints.due({ told: (generation + 1) * size, asked: (generation + 1) * size, generation })
    if (due) record.addCheckpoint(due)
    return due?.state.length
  }
  expect(tell(0)).toBeLessThan(2000)
  expect(tell(1)).toBeLessThan(2000)
  const recalled = () => {
    const again = new Archive(problem, { seed: 1 })
    const { told } = new Checkpoints(again, record, () => now).recall(new Trajectory(record))
    return { told, state: again.search.state }
  }
  expect(recalled()).toStrictEqual({ told: 2 * size, state: optimizer.search.state })

  // A record that has changed, as a recovery can leave it: what referred to it is told again.
  const database = openDatabase(join(record.directory, 'trajectory.sqlite'))
  const change = database.prepare(`update evaluations set fitness = '[0.123]' where generation = ? and "index" = 7`)
  change.run(1)
  expect(recalled().told).toBe(size)
  change.run(0)
  expect(recalled().told).toBe(0)
  database.close()
})

test('a state of a later version of the algorithm is refused, whatever an earlier one would make of it', () => {
  const record = openRecord()
  const ofVersion = (version: number) => {
    class Versioned extends Archive {
      static override readonly version = version
      override upgrade = (state: State) => state
    }
    return new Checkpoints(
      new Versioned(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 }),
      record,
      () => 0,
    )
  }
  record.addCheckpoint(ofVersion(2).due({ told: 0, asked: 0, generation: -1 })!)
  const recall = (version: number) => ofVersion(version).recall(new Trajectory(record))
  expect(recall(3)).toEqual({ told: 0, asked: 0, generation: -1 })
  expect(() => recall(1)).toThrow('was begun with version 2 of the optimizer archive, and this is version 1')
})

test.each(orders)('a search in the order %s goes on exactly from what refers to the record', async (order) => {
  let optimizer: Optimizer
  const makeOptimizer = (optimizee: Optimizee) => {
    optimizer = new GeneticAlgorithm(optimizee, { populationSize: 20, generations: 25, seed: 5 }) as never
    return optimizer
  }
  let now = 0
  const slowly = () => {
    now += 400
    return now
  }
  const one = { root: temporaryDirectory(), optimizee: 'recorded', makeOptimizer, order, now: slowly }
  const { directory, canonical, stops } = await searchStoppedEvery(140, { ...one, name: 'stopped' })
  expect(stops).toBeGreaterThan(1)
  const record = RecordWriter.openForWriting(directory)
  const { told, value } = record.checkpoint()!
  expect(value).toHaveProperty('checksum')
  expect(new Checkpoints(optimizer!, record, slowly).recall(new Trajectory(record)).told).toBe(told)
  record.close()
  // What arrives first is told first.
  if (order === 'arrival') {
    const proposed = canonical
      .trim()
      .split('\n')
      .map((line) => JSON.stringify(JSON.parse(line).parameters))
    expect(proposalsToldAgain(directory, makeOptimizer as never)).toEqual(proposed)
    return
  }
  expect(canonical).toBe((await search({ ...one, name: 'whole' })).canonical)
})
