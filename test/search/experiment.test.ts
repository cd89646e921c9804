import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runnerHeart } from '../../runtime/channel/heartbeat.ts'
import { optimizeeOf } from '../../runtime/worker/load-optimizee.ts'
import { Experiment } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { fixtureModule } from '../fixture-module.ts'
import { RandomSearch } from '../fixtures/random-search.ts'
import { eventually } from '../processes.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const failing = {
  optimizee: 'misbehaving',
  options: { does: 'throw' },
  populationSize: 4,
  generations: 3,
  runner: { retries: 0, onFailure: 'stop' },
} as const

test('a search that a failure has stopped stays stopped with the same sentence, also if it was killed before it said so', async () => {
  const root = temporaryDirectory()
  const sentence = /Individual 0\.2 failed for good: RangeError: the Jacobian is singular/
  await expect(search({ ...failing, root })).rejects.toThrow(sentence)
  await expect(search({ ...failing, root })).rejects.toThrow(sentence)
  const record = RecordWriter.openForWriting(`${root}/run`)
  const attempts = record.counts().attempts
  expect(record.manifest()).toMatchObject({ status: 'failed' })
  record.writeManifest({ status: 'running', reason: null })
  record.close()
  await expect(search({ ...failing, root })).rejects.toThrow(sentence)
  const after = RecordWriter.openForReading(`${root}/run`)
  expect(after.counts().attempts).toBe(attempts)
  expect(after.manifest()).toMatchObject({ status: 'failed', reason: expect.stringMatching(sentence) })
  after.close()
})

test('what the simulation was given is a group of the trajectory, beside those of optimizer and runner', async () => {
  const few = { optimizee: 'recorded', populationSize: 4, generations: 1 }
  const { trajectory } = await search({ ...few, options: { sleep: 1 }, root: temporaryDirectory() })
  const settings = trajectory.group('optimizee').entries()
  expect(settings.map(({ key, value }) => [key, value])).toEqual([
    ['module', 'recorded'],
    ['sleep', 1],
  ])
  expect(trajectory.group('optimizer').get('populationSize')).toBe(4)
})

test('an experiment that is given no name is called as in L2L', async () => {
  const root = temporaryDirectory()
  await using experiment = new Experiment({ root })
  expect((await experiment.prepareExperiment()).directory).toBe(`${root}/L2L-run`)
})

test('of a run that another has taken over, the heart stands still, also where the loser lives on', async () => {
  const { experiment, directory, run } = await prepareRecorded()
  const heart = runnerHeart(directory)
  await eventually(() => existsSync(heart), 'the heart beats')
  const successor = RecordWriter.openForWriting(directory)
  successor.beginEpoch(2)
  successor.close()
  await expect(run()).rejects.toThrow('Another runner has taken over')
  const last = readFileSync(heart, 'utf8')
  await setTimeout(1200)
  expect(readFileSync(heart, 'utf8')).toBe(last)
  await experiment.close()
})

test('results that were read and could not be stored are read again by the next start, not simulated again', async () => {
  const { experiment, directory, journal, prepare, run } = await prepareRecorded()
  refuse(directory, `insert on evaluations when new."index" = 3`)
  await expect(run()).rejects.toThrow('it is not taken')
  const simulated = readFileSync(journal, 'utf8')
  expect(simulated.trim().split('\n')).toHaveLength(4)
  await experiment.close()
  takeAgain(directory)
  await prepare()
  expect(await run()).toMatchObject({ status: 'finished' })
  expect(readFileSync(journal, 'utf8')).toBe(simulated)
  await experiment.close()
})

test('a run whose manifest cannot be written is given back', async () => {
  const { directory, experiment } = await prepareRecorded()
  await experiment.close()
  refuse(directory, `insert on manifest when new.key = 'format'`)
  const claim = { name: 'run', manifest: { format: 1 } }
  await expect(experiment.prepareExperiment(claim)).rejects.toThrow('it is not taken')
  takeAgain(directory)
  expect(await experiment.prepareExperiment(claim)).toMatchObject({ directory })
  await experiment.close()
})

/** An experiment that is prepared for a search of four individuals, one after the other. */
async function prepareRecorded() {
  const root = temporaryDirectory()
  const options = { journal: join(root, 'journal') }
  const { path: module, exported } = await fixtureModule('recorded')
  const optimizee = await optimizeeOf(exported, options)
  const optimizer = new RandomSearch(optimizee, { populationSize: 4, generations: 1, seed: 1 })
  const experiment = new Experiment({ root })
  const prepare = () => experiment.prepareExperiment({ name: 'run', runner: { workers: 1 } })
  const { directory } = await prepare()
  const run = () => experiment.runExperiment(optimizer, optimizee, { source: { module, options } })
  return { experiment, directory, journal: options.journal, prepare, run }
}

/** From now on the record does not take such a row. */
function refuse(directory: string, row: string): void {
  change(directory, `create trigger refusal before ${row} begin select raise(abort, 'it is not taken'); end`)
}

function takeAgain(directory: string): void {
  change(directory, 'drop trigger refusal')
}

function change(directory: string, sql: string): void {
  const record = openDatabase(join(directory, 'trajectory.sqlite'))
  record.exec(sql)
  record.close()
}

test('what somebody has cut out of a record that had finished is simulated again, and the hash is of what there is then', async () => {
  const root = temporaryDirectory()
  const one = { root, optimizee: 'recorded' }
  const { directory, canonical } = await search(one)
  expect(hashIn(directory)).toBe(sha256(canonical))
  const database = openDatabase(join(directory, 'trajectory.sqlite'))
  const newest = '(select max(generation) from individuals)'
  database.exec(`delete from evaluations where generation = ${newest} and "index" = 3`)
  database.exec(`update evaluations set fitness = '[77]' where generation = ${newest} and "index" = 5`)
  database.close()
  const again = await search(one)
  expect(again.canonical).not.toBe(canonical)
  expect(hashIn(directory)).toBe(sha256(again.canonical))
})

function hashIn(directory: string): unknown {
  const record = RecordWriter.openForReading(directory)
  const { hash } = record.manifest()
  record.close()
  return hash
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
