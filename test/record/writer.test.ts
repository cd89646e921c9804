import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigurationError, RunHeldError } from '../../src/core/errors.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import type { AttemptRecord, Commit, ProposedIndividual } from '../../src/core/record.ts'
import { encodeState } from '../../src/core/state-codec.ts'
import { Trajectory } from '../../src/core/trajectory.ts'
import { RecordFile } from '../../src/record/record-file.ts'
import { schemaVersion } from '../../src/record/schema.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { temporaryDirectory } from '../temporary.ts'

function openRecord(directory = temporaryDirectory()): RecordWriter {
  const record = RecordWriter.openForWriting(directory)
  onTestFinished(() => record.close())
  return record
}

/** A record with one objective to be minimized, and the parameter x. */
function prepareRecord(): RecordWriter {
  const record = openRecord()
  record.writeProblem(['x'], new Objectives({ cost: 'minimize' }))
  return record
}

function individual(generation: number, index: number, parameters: object = { x: index }, replicate = 0) {
  return new Individual({ generation, index, replicate }, parameters, 1000 + index) as Individual
}

function proposed(individuals: readonly Individual[]): ProposedIndividual[] {
  return individuals.map((one) => ({ individual: one, after: 0 }))
}

function addGeneration(record: RecordWriter, generation: number, size: number, state: object = {}): void {
  const individuals = Array.from({ length: size }, (_, index) => individual(generation, index))
  const checkpoint = { told: generation * size, asked: (generation + 1) * size, state: encodeState(state) }
  record.addGeneration(generation, proposed(individuals), { summary: { note: `generation ${generation}` }, checkpoint })
}

function attempt(generation: number, index: number, more: Partial<AttemptRecord>): AttemptRecord {
  const id = { generation, index, replicate: 0 }
  return { individual: id, epoch: 1, attempt: 1, worker: 1, verdict: 'accepted', ...more }
}

const threw = { kind: 'threw', message: 'It threw.' } as const

function batch(...attempts: AttemptRecord[]): Commit {
  return { attempts, reports: [], positions: [] }
}

/** Reads with plain SQL, as a scientist would. */
function query<Row>(record: RecordWriter, sql: string, ...values: unknown[]): Row[] {
  const database = openDatabase(join(record.directory, 'trajectory.sqlite'), { readonly: true })
  try {
    return database.prepare(sql).all(...values) as Row[]
  } finally {
    database.close()
  }
}

test('what is stored comes back, in another process as well', () => {
  const record = prepareRecord()
  record.writeManifest({ name: 'spring', seed: 7, configuration: { nested: [1, null, 'two'] } })
  addGeneration(record, 0, 3, { points: [[0.25]] })
  record.commit(
    batch(
      attempt(0, 0, { fitness: [3], outputs: { peak: 2.5 } }),
      attempt(0, 2, { cause: { ...threw, exitCode: 3 }, milliseconds: 12.5, printed: [0, 5, 0, 0] }),
    ),
  )
  const trajectory = new Trajectory()
  trajectory.fAddParameterToGroup(trajectory.fAddParameterGroup('runner', 'how').name, 'workers', 4, 'processes')
  trajectory.fAddResult('R0', 3.7)
  record.saveGroups(trajectory as Trajectory)
  const reader = RecordWriter.openForReading(record.directory)
  try {
    expect(reader.manifest()).toMatchObject({ name: 'spring', seed: 7, configuration: { nested: [1, null, 'two'] } })
    expect(reader.objectives.definition).toEqual({ cost: 'minimize' })
    expect(reader.checkpoint()).toEqual({ told: 0, asked: 3, value: { points: [[0.25]] } })
    expect(reader.individuals(0)).toEqual([0, 1, 2].map((index) => individual(0, index)))
    expect(reader.evaluations(0)).toEqual([
      { individual: individual(0, 0), outcome: 'done', fitness: [3], outputs: { peak: 2.5 } },
      { individual: individual(0, 2), outcome: 'failed', cause: { ...threw, exitCode: 3 } },
    ])
    expect(reader.summaries()).toEqual([{ generation: 0, summary: { note: 'generation 0' } }])
    expect(reader.groups[0]!.entries()).toEqual([{ key: 'workers', value: 4, comment: 'processes' }])
    expect(reader.results).toEqual(new Map([['R0', 3.7]]))
    expect(reader.row({ generation: 0, index: 1, replicate: 0 })!.outcome).toBe('pending')
    expect(reader.row({ generation: 0, index: 3, replicate: 0 })).toBeUndefined()
  } finally {
    reader.close()
  }
})

test('the best of a generation is what stands in the record, whatever was written in vain', () => {
  const first = prepareRecord()
  const bests = (record: RecordWriter) =>
    query<number[]>(record, 'select best_index as i, best_score as s from generations order by generation').map(
      Object.values,
    )
  for (const generation of [0, 1]) addGeneration(first, generation, 5, {})
  first.commit(batch(attempt(0, 1, { fitness: [4] }), attempt(1, 3, { fitness: [8] })))
  const unstorable = {
    individual: { generation: 0, index: 2, replicate: 0 },
    attempt: 1,
    step: 'first' as never,
    value: 1,
  }
  const inVain = { ...batch(attempt(0, 2, { fitness: [1] })), reports: [unstorable] }
  expect(() => first.commit(inVain)).toThrow()
  first.commit(batch(attempt(0, 3, { fitness: [3] }), attempt(1, 4, { fitness: [8] })))
  expect(bests(first)).toEqual([
    [3, -3],
    [3, -8],
  ])
  first.commit(batch(attempt(0, 0, { fitness: [3] }), attempt(1, 2, { fitness: [9] })))
  expect(bests(first)).toEqual([
    [0, -3],
    [3, -8],
  ])
  first.close()
  const again = RecordWriter.openForWriting(first.directory)
  again.commit(batch(attempt(0, 4, { fitness: [3.5] }), attempt(1, 1, { fitness: [7] })))
  expect(bests(again)).toEqual([
    [0, -3],
    [1, -7],
  ])
  again.close()
})

test('the counts are those of the tables, whatever happened in which order', () => {
  const verdict = fc.constantFrom('done', 'failed', 'retried', 'lost', 'late', 'given up, then accepted' as const)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), fc.nat(4), verdict), { maxLength: 40 }), (events) => {
      const record = RecordWriter.openForWriting(temporaryDirectory())
      record.writeProblem(['x'], new Objectives({ cost: 'minimize' }))
      for (const generation of [0, 1]) addGeneration(record, generation, 5)
      const decided = new Set<string>()
      let number = 0
      for (const [generation, index, what] of events) {
        number++
        const name = `${generation}.${index}`
        const tried = (more: Partial<AttemptRecord>) => attempt(generation, index, { attempt: number, ...more })
        if (decided.has(name)) record.commit(batch(tried({ verdict: 'late', fitness: [1] })))
        else if (what === 'retried' || what === 'lost') record.commit(batch(tried({ verdict: what, cause: threw })))
        else if (what === 'late') record.commit(batch(tried({ verdict: 'late', cause: threw })))
        else {
          if (what.startsWith('given up')) record.commit(batch(tried({ verdict: 'lost', cause: threw })))
          record.commit(batch(tried(what === 'failed' ? { cause: threw } : { fitness: [index] })))
          decided.add(name)
        }
      }
      const [rows] = query<object>(
        record,
        `select (select count(*) from generations) as generations, (select count(*) from individuals) as individuals,
                (select count(*) from evaluations where outcome = 'done') as done,
                (select count(*) from evaluations where outcome = 'failed') as failed, 0 as stopped,
                (select count(*) from attempts) as attempts`,
      )
      expect(record.counts()).toEqual(rows)
      record.close()
    }),
    { numRuns: 25 },
  )
})

test('the best are those of highest score, the earliest of equals first, alone and among many', () => {
  const place = fc.record({ cost: fc.option(fc.nat(3)), comes: fc.nat(), together: fc.boolean() })
  fc.assert(
    fc.property(fc.array(fc.array(place, { minLength: 1, maxLength: 5 }), { maxLength: 6 }), (generations) => {
      const record = RecordWriter.openForWriting(temporaryDirectory())
      record.writeProblem(['x'], new Objectives({ cost: 'minimize' }))
      const expected: { cost: number; name: string }[] = []
      for (const [generation, places] of generations.entries()) {
        addGeneration(record, generation, places.length)
        const records = places.map(({ cost, ...how }, index) => {
          if (cost !== null) expected.push({ cost, name: `${generation}.${index}` })
          return { ...how, record: attempt(generation, index, cost === null ? { cause: threw } : { fitness: [cost] }) }
        })
        // In any order, and in two transactions.
        records.sort((a, b) => a.comes - b.comes)
        record.commit(batch(...records.filter(({ together }) => together).map(({ record }) => record)))
        record.commit(batch(...records.filter(({ together }) => !together).map(({ record }) => record)))
      }
      const wanted = expected.sort((a, b) => a.cost - b.cost).map(({ name }) => name) // stable: the earliest first
      const names = (count: number) => record.best(count).map((evaluation) => evaluation.individual.name)
      expect(names(1)).toEqual(wanted.slice(0, 1))
      expect(names(1000)).toEqual(wanted)
      expect(names(2)).toEqual(wanted.slice(0, 2))
      record.close()
    }),
    { numRuns: 40 },
  )
})

test('the best of a generation that is simulated several times is that of all samples together', () => {
  const record = RecordWriter.openForWriting(temporaryDirectory())
  onTestFinished(() => record.close())
  record.writeProblem(['x'], new Objectives({ cost: 'minimize' }), {
    replications: { count: 2, aggregate: 'mean', quantile: null, seeds: 'common' },
  })
  const costs = [
    [6, 8],
    [1, 9],
    [9, 9],
  ]
  const names = costs.flatMap((own, index) => own.map((_, replicate) => individual(0, index, { x: index }, replicate)))
  record.addGeneration(0, proposed(names))
  const best = () => query(record, 'select best_score, best_index, best_replicate from generations')
  for (const index of [0, 1, 2]) {
    for (const replicate of [0, 1]) {
      const at = { individual: { generation: 0, index, replicate } }
      record.commit(batch(attempt(0, index, { fitness: [costs[index]![replicate]!], ...at })))
    }
    expect(best()).toEqual([
      index === 0
        ? { best_score: -7, best_index: 0, best_replicate: 0 }
        : { best_score: -5, best_index: 1, best_replicate: 0 },
    ])
  }
})

test('a failed evaluation is never among the best', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 2)
  record.commit(batch(attempt(0, 0, { cause: threw })))
  expect(record.best(1)).toEqual([])
  expect(record.best(10)).toEqual([])
})

test('results and how far the pipes were read are stored together or not at all', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 3)
  const worker = record.addWorker('local')
  const reports = [{ individual: { generation: 0, index: 0, replicate: 0 }, attempt: 1, step: 1, value: 0.5 }]
  record.commit({
    attempts: [attempt(0, 0, { fitness: [1] })],
    reports,
    positions: [{ worker, segment: 1, offset: 100 }],
  })
  const before = { counts: record.counts(), worker: record.openWorkers() }
  expect(before.worker[0]).toMatchObject({ segment: 1, offset: 100 })
  // The second of them is decided already, which the record refuses.
  const twice = [attempt(0, 1, { fitness: [2] }), attempt(0, 0, { attempt: 2, fitness: [2] })]
  expect(() => record.commit({ attempts: twice, reports, positions: [{ worker, segment: 2, offset: 7 }] })).toThrow(
    /UNIQUE/,
  )
  expect({ counts: record.counts(), worker: record.openWorkers() }).toEqual(before)
  expect(record.evaluations(0)).toHaveLength(1)
  expect(record.attemptsOf({ generation: 0, index: 1, replicate: 0 })).toEqual([])
  // Nor is anything left of a batch whose last part cannot be stored.
  const wrong = [{ worker, segment: 'three' as unknown as number, offset: 7 }]
  expect(() => record.commit({ ...batch(attempt(0, 1, { fitness: [2] })), positions: wrong })).toThrow(/segment/)
  expect({ counts: record.counts(), worker: record.openWorkers() }).toEqual(before)
  expect(record.reportsOf({ generation: 0, index: 0, replicate: 0 })).toEqual([{ attempt: 1, step: 1, value: 0.5 }])
})

test('a generation is stored with all its individuals or not at all', () => {
  const record = prepareRecord()
  const twins = [individual(0, 0), individual(0, 1), individual(0, 1)]
  expect(() => record.addGeneration(0, proposed(twins))).toThrow(/UNIQUE/)
  expect(record.counts()).toMatchObject({ generations: 0, individuals: 0 })
  expect([...record.rows()]).toEqual([])
})

test('whoever writes under an earlier epoch is refused, and changes nothing', () => {
  const first = prepareRecord()
  first.beginEpoch(1)
  addGeneration(first, 0, 2)
  first.commit(batch(attempt(0, 0, { fitness: [1] })))
  const second = openRecord(first.directory)
  second.beginEpoch(2)
  const worker = second.addWorker('local')
  const writes: (() => unknown)[] = [
    () => first.commit(batch(attempt(0, 1, { fitness: [2] }))),
    () => first.addGeneration(1, proposed([individual(1, 0)])),
    () => first.addIndividuals(proposed([individual(0, 7)])),
    () => first.addCheckpoint({ told: 0, asked: 2, state: Buffer.of(0x80) }),
    () => first.writeManifest({ status: 'finished' }),
    () => first.writeProblem(['y'], new Objectives({ gain: 'maximize' })),
    () => first.addWorker('local'),
    () => first.writeWorker({ worker, host: 'h', space: '', pid: 1, started: '' }),
    () => first.commit({ ...batch(), ends: [{ worker, why: 'why' }] }),
    () => first.markPacked(0),
    () => first.saveGroups(new Trajectory() as Trajectory),
    () => first.beginEpoch(1),
  ]
  const before = query(first, 'select * from manifest')
  for (const write of writes) expect(write).toThrow(RunHeldError)
  expect(() => first.writeManifest({})).toThrow(/another runner has taken over .* \(epoch 2 after 1\)/i)
  expect(query(first, 'select * from manifest')).toEqual(before)
  expect(first.counts()).toMatchObject({ generations: 1, individuals: 2, done: 1 })
  second.commit(batch(attempt(0, 1, { epoch: 2, fitness: [2] })))
  expect(second.counts().done).toBe(2)
})

const hardNames = [
  'a.b',
  'it\'s "quoted"',
  '__proto__',
  'naïve σ→∞ 火',
  'back\\slash',
  'new\nline',
  'constructor',
  '$[0]',
  ' ',
]

test('names are names: in parameters, in outputs and as columns of the view `search`', () => {
  const record = openRecord()
  const names = [...hardNames, 'x', 'X', 'seed', 'outcome', '']
  record.writeProblem(names, new Objectives({ 'it\'s "good"': 'maximize', x: 'minimize', fitness: -2 }))
  const parameters = Object.fromEntries(names.map((name, i) => [name, i + 0.5]))
  record.addGeneration(0, proposed([individual(0, 0, parameters)]))
  const outputs = Object.fromEntries(hardNames.map((name, i) => [name, i]))
  record.commit(batch(attempt(0, 0, { fitness: [10, 20, 30], outputs })))
  const [evaluation] = record.evaluations(0)
  expect(Object.entries(evaluation!.individual.parameters)).toEqual(Object.entries(parameters))
  expect(evaluation).toMatchObject({ outcome: 'done' })
  expect(Object.entries((evaluation as { outputs: object }).outputs)).toEqual(Object.entries(outputs))
  const columns = query<{ name: string }>(record, `select name from pragma_table_info('search')`).map(
    ({ name }) => name,
  )
  expect(columns).toEqual([
    ...['generation', 'index', 'replicate', 'seed', 'outcome', ...hardNames],
    ...['x', 'parameter X', 'parameter seed', 'parameter outcome', ''],
    ...['it\'s "good"', 'objective x', 'fitness'],
  ])
  // Read one by one: a row as an object would lose `__proto__`.
  for (const [i, name] of columns.slice(5).entries()) {
    const [{ value }] = query<{ value: number }>(
      record,
      `select "${name.replaceAll('"', '""')}" as value from search`,
    ) as [{ value: number }]
    expect([name, value]).toEqual([name, i < names.length ? i + 0.5 : (i - names.length + 1) * 10])
  }
})

test('values keep their kinds in the view `search`', () => {
  const record = openRecord()
  record.writeProblem(['real', 'integer', 'choice', 'boolean', 'vector'], new Objectives({ cost: 'minimize' }))
  const parameters = { real: 0.1, integer: 3, choice: 'rk4', boolean: true, vector: [1, 2.5] }
  record.addGeneration(0, proposed([individual(0, 0, parameters)]))
  const [row] = query(record, 'select real, integer, choice, boolean, vector, cost, outcome from search')
  expect(row).toEqual({ ...parameters, boolean: 1, vector: '[1,2.5]', cost: null, outcome: 'pending' })
})

test('numbers that JSON lacks are kept in outputs, as words', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 1)
  const outputs = { a: Number.NaN, b: [Number.POSITIVE_INFINITY, 1], c: { d: Number.NEGATIVE_INFINITY } }
  record.commit(
    batch(
      attempt(0, 0, { fitness: [1], outputs: { ...outputs, e: new Float64Array([1.5, Number.NaN]), f: 2n ** 60n } }),
    ),
  )
  expect(record.evaluations(0)[0]).toMatchObject({
    outputs: { a: 'NaN', b: ['Infinity', 1], c: { d: '-Infinity' }, e: [1.5, 'NaN'], f: '1152921504606846976' },
  })
  expect(query(record, `select outputs ->> '$.a' as a from evaluations`)).toEqual([{ a: 'NaN' }])
})

test('a record of a newer schema is refused with a sentence, and left as it is', () => {
  const record = prepareRecord()
  const path = join(record.directory, 'trajectory.sqlite')
  const database = openDatabase(path)
  database.pragma(`user_version = ${schemaVersion + 1}`)
  database.close()
  const sentence = `${path} was written by a newer twoloop (its schema is version ${schemaVersion + 1}, this one knows up to ${schemaVersion}); open it with that one.`
  for (const open of [RecordWriter.openForReading, RecordWriter.openForWriting]) {
    expect(() => open(record.directory)).toThrow(ConfigurationError)
    expect(() => open(record.directory)).toThrow(sentence)
  }
  expect(query(record, 'pragma user_version')).toEqual([{ user_version: schemaVersion + 1 }])
})

test.each([
  ['a text', 'Dear diary, this is not a database but it is long enough to look at.\n'.repeat(20)],
  ['a short text', 'no'],
])('%s in place of the record is refused with a sentence', (_, content) => {
  const directory = temporaryDirectory()
  const path = join(directory, 'trajectory.sqlite')
  writeFileSync(path, content)
  for (const open of [RecordWriter.openForReading, RecordWriter.openForWriting]) {
    expect(() => open(directory)).toThrow(ConfigurationError)
    expect(() => open(directory)).toThrow(`${path} is damaged (file is not a database)`)
  }
})

test('a database of something else is refused with a sentence, and left as it is', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'trajectory.sqlite')
  const database = openDatabase(path)
  database.exec('create table recipes (name text)')
  database.close()
  for (const open of [RecordWriter.openForReading, RecordWriter.openForWriting]) {
    expect(() => open(directory)).toThrow(ConfigurationError)
    expect(() => open(directory)).toThrow(`${path} is no record of a run.`)
  }
  const after = openDatabase(path, { readonly: true })
  expect(after.prepare('select name from sqlite_master').all()).toEqual([{ name: 'recipes' }])
  after.close()
})

test('a directory without a record is refused with a sentence', () => {
  const directory = temporaryDirectory()
  expect(() => RecordWriter.openForReading(directory)).toThrow(ConfigurationError)
  expect(() => RecordWriter.openForReading(directory)).toThrow(
    `${directory} is not a run directory: it has no trajectory.sqlite.`,
  )
  expect(RecordWriter.exists(directory)).toBe(false)
})

test('an answer that comes late is recorded and changes nothing; one that says something else says so', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 3)
  record.commit(
    batch(
      attempt(0, 0, { verdict: 'lost', cause: threw }),
      attempt(0, 0, { attempt: 2, fitness: [5] }),
      attempt(0, 1, { fitness: [6] }),
      attempt(0, 2, { cause: threw }),
    ),
  )
  const before = { ...record.counts(), lines: [...record.canonicalLines()] }
  record.commit(
    batch(
      attempt(0, 0, { verdict: 'late', fitness: [5] }), // known, as the one that was given up
      attempt(0, 1, { attempt: 2, verdict: 'late', fitness: [7] }),
      attempt(0, 2, { attempt: 2, verdict: 'late', cause: threw }),
    ),
  )
  const verdicts = (index: number) =>
    record.attemptsOf({ generation: 0, index, replicate: 0 }).map(({ verdict, fitness }) => [verdict, fitness])
  expect(verdicts(0)).toEqual([
    ['late', '[5]'],
    ['accepted', null],
  ])
  expect(verdicts(1)).toEqual([
    ['accepted', null],
    ['late-differs', '[7]'],
  ])
  expect(verdicts(2)).toEqual([
    ['accepted', null],
    ['late', null],
  ])
  expect({ ...record.counts(), lines: [...record.canonicalLines()] }).toEqual({
    ...before,
    attempts: before.attempts + 2,
  })
  expect(record.best(1)[0]).toMatchObject({ individual: { index: 0 }, fitness: [5] })
})

test('what has been tried of an individual is counted until it is evaluated', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 3)
  const lost = { kind: 'worker-lost', message: 'It is lost.' } as const
  record.commit(
    batch(
      attempt(0, 0, { verdict: 'retried', cause: threw }),
      attempt(0, 0, { attempt: 2, verdict: 'retried', cause: lost }),
      attempt(0, 0, { attempt: 3, verdict: 'lost', cause: lost }),
      attempt(0, 1, { verdict: 'retried', cause: threw }),
      attempt(0, 1, { attempt: 2, fitness: [1] }),
    ),
  )
  expect(record.triedBefore(0)).toEqual([
    {
      generation: 0,
      index: 0,
      replicate: 0,
      attempts: 3,
      failures: 1,
      deaths: 1,
      lastFailure: { kind: 'threw', message: 'It threw.' },
    },
  ])
})

test('what a packed generation printed is not packed again', () => {
  const record = prepareRecord()
  for (const generation of [0, 1]) {
    addGeneration(record, generation, 2)
    record.commit(batch(attempt(generation, 1, { fitness: [1], printed: [0, 10, 0, 0] })))
  }
  expect([record.hasPrintedAfter(0, 1), record.hasPrintedAfter(0, 2), record.hasPrintedAfter(1, 1)]).toEqual([
    ...[true, false, false],
  ])
  expect([...record.printedIn(0)]).toMatchObject([{ individual: { generation: 0, index: 1 }, printed: [0, 10, 0, 0] }])
  record.markPacked(0)
  expect([record.hasPrinted(0), record.hasPrinted(1)]).toEqual([false, true])
  expect([...record.printedIn(1)]).toHaveLength(1)
})

test('what more attempts printed than are read at once is read once and in order, also where one individual has many', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 700)
  const tried = Array.from({ length: 700 }, (_, index) => [
    ...[1, 2].map((number) =>
      attempt(0, index, { attempt: number, verdict: 'retried', cause: threw, printed: [0, 1, 0, 0] }),
    ),
    attempt(0, index, { attempt: 3, fitness: [1], printed: [1, 2, 0, 0] }),
  ]).flat()
  record.commit(batch(...tried))
  const names = Array.from(record.printedIn(0), ({ individual: { index }, attempt }) => `${index}-${attempt}`)
  expect(names).toEqual(
    Array.from({ length: 700 }, (_, index) => [1, 2, 3].map((number) => `${index}-${number}`)).flat(),
  )
})

test('a stand-in is an individual of the generation beside those that were proposed', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 2)
  record.commit({ ...batch(), standIns: [{ individual: individual(0, 3), after: 0, replaces: 1 }] })
  expect(record.counts().individuals).toBe(3)
  expect(record.individuals(0).map(({ index }) => index)).toEqual([0, 1])
  expect(record.replacements(0)).toEqual([{ individual: individual(0, 3), replaces: 1 }])
  expect([...record.rows()].map(({ index, replaces }) => [index, replaces])).toEqual([
    [0, null],
    [1, null],
    [3, 1],
  ])
})

test('the canonical export has one line an individual, in order, with nothing that timing decides', () => {
  const record = prepareRecord()
  const individuals = [individual(0, 1), individual(0, 0, { x: 0.1 + 0.2 }, 1), individual(0, 0, { x: 1e-7 })]
  record.addGeneration(0, proposed(individuals))
  const [second, , first] = individuals as [Individual, Individual, Individual]
  const tried = (one: Individual, more: Partial<AttemptRecord>) => ({ ...attempt(0, 0, more), individual: one })
  record.commit(
    batch(tried(second, { cause: threw, milliseconds: 5 }), tried(first, { fitness: [1 / 3, 2], outputs: { a: 1 } })),
  )
  const lines = [...record.canonicalLines()]
  expect(lines).toEqual([
    '{"generation":0,"index":0,"replicate":0,"seed":1000,"parameters":{"x":1e-7},"outcome":"done","fitness":[0.3333333333333333,2]}\n',
    '{"generation":0,"index":0,"replicate":1,"seed":1000,"parameters":{"x":0.30000000000000004},"outcome":"pending","fitness":null}\n',
    '{"generation":0,"index":1,"replicate":0,"seed":1001,"parameters":{"x":1},"outcome":"failed","fitness":null}\n',
  ])
})

test('the hash of a record is that of its canonical export, of however many individuals and however large', () => {
  const record = prepareRecord()
  const hashOfLines = () =>
    createHash('sha256')
      .update([...record.canonicalLines()].join(''))
      .digest('hex')
  expect(record.hash()).toBe(hashOfLines())
  const large = (index: number) => ({ x: 'ü'.repeat(index % 400 === 7 ? 2 ** 21 : index % 50) })
  for (const [generation, count] of [1, 1203, 2].entries()) {
    const individuals = Array.from({ length: count }, (_, index) => individual(generation, index, large(index)))
    const again = Array.from({ length: 3 }, (_, i) => individual(generation, 0, { x: i }, i + 1))
    record.addGeneration(generation, proposed([...again, ...individuals]))
    record.commit(batch(attempt(generation, count - 1, { fitness: [generation] })))
    expect(record.hash()).toBe(hashOfLines())
  }
  expect([...record.canonicalLines()]).toHaveLength(1 + 1203 + 2 + 9)
})

test('readers do not keep the writer from writing, and see what was there when they began', () => {
  const record = prepareRecord()
  addGeneration(record, 0, 50)
  const reader = RecordWriter.openForReading(record.directory)
  const rows = reader.rows()
  rows.next() // in the middle of a statement, which holds the database's state
  addGeneration(record, 1, 50)
  record.commit(batch(attempt(0, 7, { fitness: [1] })))
  const rest = [...rows]
  expect(rest).toHaveLength(49)
  expect(rest.every(({ outcome }) => outcome === 'pending')).toBe(true)
  expect(reader.counts()).toMatchObject({ individuals: 100, done: 1 })
  reader.close()
})

test('what is opened for reading cannot be written', () => {
  const file = RecordFile.openForReading(prepareRecord().directory)
  expect(() => file.execute('delete from manifest')).toThrow(/readonly/)
  file.close()
})

test('workers are known from their launch to their end', () => {
  const record = prepareRecord()
  record.beginEpoch(4)
  const [a, b] = [record.addWorker('local'), record.addWorker('srun')]
  expect(b).toBeGreaterThan(a)
  record.writeWorker({ worker: a, host: 'node7', space: 's', pid: 12, started: '99' })
  record.commit({ ...batch(), ends: [{ worker: b, why: 'it could not be started' }] })
  expect(record.openWorkers()).toMatchObject([
    { worker: a, epoch: 4, launcher: 'local', host: 'node7', pid: 12, segment: 1, offset: 0 },
  ])
  expect(record.workers()).toMatchObject([
    { worker: a, ended: null, why: null },
    { worker: b, ended: expect.stringMatching(/^\d{4}-/), why: 'it could not be started' },
  ])
  addGeneration(record, 0, 2)
  record.commit(
    batch(attempt(0, 0, { epoch: 4, worker: a, fitness: [1] }), attempt(0, 1, { epoch: 3, worker: 99, cause: threw })),
  )
  expect(record.attemptsOf({ generation: 0, index: 0, replicate: 0 })[0]!.host).toBe('node7')
  expect(record.attemptsOf({ generation: 0, index: 1, replicate: 0 })[0]!.host).toBe('')
  expect(record.acceptedIn(4)).toBe(1)
  expect(record.failureKinds()).toEqual([{ kind: 'threw', failures: 1 }])
})
