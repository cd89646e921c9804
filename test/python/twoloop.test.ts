import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { command, shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const root = join(import.meta.dirname, '../..')
const hasPython = hasPart('python3', () => hasProgram('python3'), 'the module for simulations in Python')
const hasNumpy =
  hasPython && hasPart('numpy', () => hasProgram('python3', '-c', 'import numpy'), 'arrays from and to simulations')

function twoloop(directory: string, ...words: string[]): string {
  return execFileSync(process.execPath, [join(build, 'command/main.js'), ...words], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function python(code: string, ...words: string[]): string {
  const env = { ...process.env, PYTHONPATH: join(root, 'python') }
  return execFileSync('python3', ['-c', code, ...words], { encoding: 'utf8', env })
}

interface Row {
  readonly [name: string]: unknown
}

/** Runs a fixture once for each row of a table, and gives what Python reads of the run while nothing else is known of it. */
function runRows(
  program: string,
  parameters: object,
  rows: readonly object[],
  more: object = {},
): { directory: string; read: Row[] } {
  const directory = temporaryDirectory()
  const experiment = {
    name: 'run',
    optimizee: {
      program: ['python3', join(root, 'test/fixtures/programs', program)],
      parameters,
      objectives: { error: 'minimize' },
      environment: { PYTHONPATH: join(root, 'python') },
      ready: '10m',
      retries: 1,
      ...more,
    },
    optimizer: { type: 'design', design: { kind: 'manual', rows } },
    runner: { workers: 1 },
  }
  execFileSync('sh', ['-c', 'cat > experiment.json'], { cwd: directory, input: JSON.stringify(experiment) })
  twoloop(directory, 'run', 'experiment.json')
  const read = python(
    'import json, sys, twoloop; print(json.dumps(twoloop.read(sys.argv[1]), allow_nan=False, default=str))',
    join(directory, 'runs/run'),
  )
  return { directory, read: JSON.parse(read) as Row[] }
}

describe.skipIf(!hasPython)('a simulation in Python', () => {
  const does = ['square', 'print', 'raise', 'leave', 'report', 'draw', 'write', 'remember', 'give a file']
  const parameters = { x: { type: 'real', low: 0, high: 10 }, does: { type: 'choice', values: does } }

  test('gives results, failures with their traceback, reports and files, and finds what an attempt has left', async () => {
    const { directory, read } = runRows(
      'model.py',
      parameters,
      does.map((word) => ({ x: 3, does: word })),
    )
    const of = (word: string) => read.find((row) => row.does === word)!
    const name = (word: string) => `0.${of(word).index}`
    expect(of('square')).toMatchObject({ generation: 0, replicate: 0, x: 3, outcome: 'done', error: 9, cause: null })
    expect(of('raise')).toMatchObject({
      outcome: 'failed',
      error: null,
      cause: 'ValueError: too stiff: 3 in Z\\xfcrich',
    })
    const { cause } = (await shown(directory, 'runs/run', '--individual', name('raise'))) as Row
    const { stack } = cause as { readonly stack: string }
    expect(stack).toMatch(/^Traceback \(most recent call last\):\n {2}File ".*\/model.py", line 17, in simulate\n/)
    expect(of('leave').cause).toBe('The program ended with exit code 4 without an answer.')
    expect(of('give a file').cause).toBe(
      'TypeError: a result may hold numbers, texts, lists, dicts and arrays, got TextIOWrapper',
    )
    expect(of('remember')).toMatchObject({ error: 0, found: 'half of it', attempt: 2 })
    expect(of('draw')).toMatchObject({ seed: of('draw')['output seed'] })
    const drawn = python('import random, sys; print(random.Random(int(sys.argv[1])).random())', String(of('draw').seed))
    expect(of('draw').error).toBe(Number(drawn))
    expect(readFileSync(join(directory, 'runs/run/individuals', name('write'), 'field.txt'), 'utf8')).toBe('3')
    const reports = python(
      'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("select step, value from reports").fetchall())',
      join(directory, 'runs/run/trajectory.sqlite'),
    )
    expect(reports).toBe('[(0.0, 0.0), (1.0, 3.0), (2.0, 6.0)]\n')
  })

  test('prints to the log of its individual, natively and by its children too, in order', async () => {
    // So many that some are in the program's pipe before others are answered.
    const rows = Array.from({ length: 61 }, (_, i) => ({ x: i / 10, does: i === 50 ? 'print' : 'square' }))
    const { directory, read } = runRows('model.py', parameters, rows)
    expect(read.map(({ error }) => error)).toEqual(rows.map(({ x }) => x ** 2))
    const logs: string[] = []
    for (const index of [49, 50, 51]) {
      const { stdout } = await command(['logs', 'runs/run', `0.${index}`], { cwd: directory })
      logs.push(`${stdout}\n`)
    }
    expect(logs[1]).toContain('does print 5\na warning\nfrom a child\nwithout an end')
    for (const [log, x] of [
      [logs[0], 4.9],
      [logs[2], 5.1],
    ] as const)
      expect(log).toContain(`does square ${x}\n`)
    for (const log of [logs[0], logs[2]]) expect(log!.match(/does|warning/g)).toHaveLength(1)
  })

  test.skipIf(!hasNumpy)('gets arrays and gives them where numpy is there', () => {
    const { read } = runRows(
      'arrays.py',
      {
        offsets: { type: 'vector', of: { type: 'real', low: -1, high: 1 }, length: 2 },
        names: { type: 'vector', of: { type: 'choice', values: ['a', 'b'] }, length: 2 },
      },
      [{ offsets: [0.5, -1], names: ['a', 'b'] }],
    )
    expect(read[0]).toMatchObject({ error: 1.25, kinds: ['ndarray', 'list'], doubled: [1, -2], names: ['a', 'b'] })
  })

  test.each([
    ['columns', [4, 9, 16]],
    ['rows', [4, 9, 16]],
    ['pairs', [4, 9, 16]],
    ['one exception', [4, null, 16]],
    ['raise', [4, null, 16]],
  ])('of several individuals at once may give %s', (gives, errors) => {
    const { read } = runRows(
      'together.py',
      { x: { type: 'real', low: 0, high: 10 }, gives: { type: 'choice', values: [gives] } },
      [2, 3, 4].map((x) => ({ x, gives })),
      { batch: { size: 3 }, retries: 0 },
    )
    expect(read.map(({ error }) => error)).toEqual(errors)
    const [failed] = read.filter(({ outcome }) => outcome === 'failed')
    if (failed) expect(failed.cause).toBe('ValueError: too stiff: 3')
    const drawn = python(
      'import random, sys; print([random.Random(int(seed)).random() for seed in sys.argv[1:]])',
      ...read.map(({ seed }) => String(seed)),
    )
    const of = JSON.parse(drawn) as number[]
    for (const [i, row] of read.entries()) if (row.outcome === 'done') expect(row.noise).toBe(of[i])
  })

  test.skipIf(!hasNumpy)('of several at once gets and gives columns as arrays where numpy is there', () => {
    const { read } = runRows(
      'arrays_together.py',
      { x: { type: 'real', low: 0, high: 10 }, name: { type: 'choice', values: ['a', 'b'] } },
      [
        { x: 2, name: 'a' },
        { x: 3, name: 'b' },
      ],
      { batch: { size: 2 } },
    )
    expect(read).toMatchObject([
      { error: 4, kinds: 'ndarray list', pair: [2, 4] },
      { error: 9, kinds: 'ndarray list', pair: [3, 6] },
    ])
  })

  test('that does not compile ends the run at once, with what Python says of it', () => {
    const directory = temporaryDirectory()
    execFileSync('sh', ['-c', 'cat > broken.py'], { cwd: directory, input: 'def simulate(:\n' })
    const experiment = {
      optimizee: {
        program: ['python3', 'broken.py'],
        parameters: { x: { type: 'real', low: 0, high: 1 } },
        objectives: { error: 'minimize' },
        ready: '10m',
      },
      optimizer: { type: 'genetic-algorithm', populationSize: 8, generations: 3, seed: 1 },
      runner: { workers: 1 },
    }
    execFileSync('sh', ['-c', 'cat > experiment.json'], { cwd: directory, input: JSON.stringify(experiment) })
    expect(() => twoloop(directory, 'run', 'experiment.json')).toThrow(
      /before it was ready[\s\S]*SyntaxError: invalid syntax\s*$/, // and no stack of the worker's
    )
  })
})

describe.skipIf(!hasPython)('what Python reads of a run', () => {
  const fixture = join(root, 'test/fixtures/records/version-1-search.sqlite')

  test('is a list of dicts that a notebook shows as a table', () => {
    const directory = temporaryDirectory()
    execFileSync('cp', [fixture, join(directory, 'trajectory.sqlite')])
    const code = 'import sys, twoloop; rows = twoloop.read(sys.argv[1]); print(len(rows)); print(rows._repr_html_())'
    const [count, html = ''] = python(code, directory).split('\n')
    expect(Number(count)).toBeGreaterThan(20)
    expect(html).toMatch(/^<table><thead><tr><th>generation<\/th><th>index<\/th>/)
    expect(html).toContain(`<p>and ${Number(count) - 20} more</p>`)
    expect(html.match(/<tr>/g)).toHaveLength(21)
  })

  test('is refused where there is no run', () => {
    const directory = temporaryDirectory()
    expect(() => python('import sys, twoloop; twoloop.read(sys.argv[1])', directory)).toThrow(
      `FileNotFoundError: ${directory} is no run: it has no trajectory.sqlite`,
    )
  })
})
