import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Design } from '../../optimizers/designs/index.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { boolean, integer, matrix, real, space, vector } from '../../src/core/space.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import { formatTable } from '../../src/tables/formats.ts'
import { nestColumns } from '../../src/tables/nest-columns.ts'
import { UserFolder } from '../cli/folder.ts'
import { bytesOf, tableOfValues } from './tables-of-values.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

const optimizee = {
  command: ['node', 'simulate.js', '{parameters}'],
  parameters: {
    x: { type: 'real', low: 0, high: 1 },
    solver: { type: 'choice', values: ['euler', 4] },
    offsets: { type: 'vector', of: { type: 'integer', low: 0, high: 9 }, length: 2 },
  },
  objectives: { error: 'minimize' },
}

async function load(design: object) {
  const experiment = { optimizee, optimizer: { type: 'design', design } }
  const { optimizer, configuration } = await loadExperiment(folder.write('sweep.yaml', experiment))
  return { design: optimizer as unknown as Design, configuration }
}

const points = [
  { x: 0.5, solver: 'euler', offsets: [1, 2] },
  { x: 1, solver: 4, offsets: [0, 9] },
]

test.each([
  ['points.csv', 'x,solver,offsets\n0.5,euler,"[1,2]"\n1,4,"[0,9]"\n'],
  ['elements.csv', 'solver,offsets.1,offsets.0,x\neuler,2,1,0.5\n4,9,0,1e0\n'],
  ['points.ndjson', `${points.map((point) => JSON.stringify(point)).join('\n')}\n`],
  ['points.json', JSON.stringify(points)],
])('the points of %s, beside the experiment, are played as a design', async (name, content) => {
  folder.write(name, content)
  const { design, configuration } = await load({ kind: 'manual', file: name })
  expect([...design.design]).toEqual(points)
  // A table is remembered by its hash and not row by row.
  const described = { kind: 'manual', points: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }
  expect(configuration).toMatchObject({ optimizer: { settings: { design: described } } })
})

test('first guesses stand in a table, too, among whatever else it has', async () => {
  folder.write('guesses.csv', 'generation,x,solver,offsets.0,offsets.1,error\n3,0.5,euler,1,2,0.7\n3,1,4,0,9,0.8\n')
  const experiment = { optimizee, optimizer: { type: 'genetic-algorithm' }, start: { file: 'guesses.csv' } }
  const { plan, configuration } = await loadExperiment(folder.write('guessed.yaml', experiment))
  expect(plan.start).toEqual(points)
  expect(configuration.plan).toMatchObject({ start: points })
  folder.write('guesses.csv', 'x,solver\n0.5,euler\n')
  await expect(loadExperiment(join(folder.path, 'guessed.yaml'))).rejects.toThrow(
    'start: guesses.csv: row 1 lacks the column "offsets"',
  )
  folder.write('guesses.csv', 'x,solver,offsets\n1.5,euler,"[1,2]"\n')
  await expect(loadExperiment(join(folder.path, 'guessed.yaml'))).rejects.toThrow(
    'start: guesses.csv: row 1, column "x" needs a number from 0 to 1, got 1.5',
  )
})

test('the points of a Parquet file are played as a design', async () => {
  const table = tableOfValues(
    [
      { name: 'x', kind: 'number' },
      { name: 'solver', kind: 'text' },
      { name: 'offsets.0', kind: 'integer' },
      { name: 'offsets.1', kind: 'integer' },
    ],
    [
      [0.5, 'euler', 1, 2],
      [1, '4', 0, 9],
    ],
  )
  writeFileSync(join(folder.path, 'points.parquet'), bytesOf(formatTable(table, 'parquet')))
  const { design } = await load({ kind: 'manual', file: 'points.parquet' })
  expect([...design.design]).toEqual(points)
})

test('texts that look like something else come back from CSV, and where another program took their quotes, what may be two values is refused', async () => {
  const values = ['007', 7, '7', null, '', true, 'true', 'None', 'euler']
  const columns = [{ name: 'solver', kind: 'mixed' }] as const
  const csv = bytesOf(
    formatTable(
      tableOfValues(
        columns,
        values.map((value) => [value]),
      ),
      'csv',
    ),
  ).toString()
  const own = { ...optimizee, parameters: { solver: { type: 'choice', values } } }
  const read = async (text: string) => {
    folder.write('points.csv', text)
    const experiment = { optimizee: own, optimizer: { type: 'design', design: { kind: 'manual', file: 'points.csv' } } }
    const { optimizer } = await loadExperiment(folder.write('sweep.yaml', experiment))
    return [...((optimizer as unknown as Design).design as Iterable<{ solver: unknown }>)].map(({ solver }) => solver)
  }
  const rowsOf = (cells: readonly string[]) => ['solver,x', ...cells.map((cell) => `${cell},0`), ''].join('\n')
  const cells = csv.split('\r\n').slice(1, -1)
  // A line without anything in it is no row: null stands beside another column.
  expect(await read(rowsOf(cells).replaceAll(',x', ',').replaceAll(',0', ','))).toEqual(values)
  expect(await read('solver\n007\neuler\n')).toEqual(['007', 'euler'])
  for (const cell of ['7', 'true', '']) {
    await expect(read(`solver,\n${cell},\n`)).rejects.toThrow('needs a value that can be told from others')
  }
  // R and csv.QUOTE_NONNUMERIC put all texts in quotes, also those that they have made of numbers.
  await expect(read('"solver",""\n"7",1\n')).rejects.toThrow('needs a value that can be told from others')
})

test("of a run's table the points are played, each once, whatever else stands in it", async () => {
  const own = 'generation,index,replicate,seed,x,solver,offsets.0,offsets.1,outcome,error,score,cause,message,steps'
  folder.write(
    'run.csv',
    `${own}\n0,0,0,5,0.5,euler,1,2,done,3,-3,,,9\n0,0,1,6,0.5,euler,1,2,done,3,-3,,,9\n0,1,0,7,1,4,0,9,failed,,,threw,"5",\n`,
  )
  const { design } = await load({ kind: 'manual', file: 'run.csv' })
  expect([...design.design]).toEqual(points)
})

test('a table may be a part of a combined design', async () => {
  folder.write('xs.csv', 'x\n0.25\n0.75\n')
  const rest = { kind: 'full-factorial', parameters: ['solver', 'offsets'], levels: 2 }
  const { design } = await load({
    kind: 'repeat',
    design: { kind: 'cross', designs: [{ kind: 'manual', file: 'xs.csv', parameters: ['x'] }, rest] },
    replications: 3,
  })
  expect([design.design.size, design.design.runs]).toEqual([16, 48])
  expect([...(design.design as Iterable<{ x: number }>)].map(({ x }) => x)).toEqual([
    ...new Array(8).fill(0.25),
    ...new Array(8).fill(0.75),
  ])
})

test('other points in the same file are another configuration', async () => {
  folder.write('points.csv', 'x,solver,offsets\n0.5,euler,"[1,2]"\n')
  const first = await load({ kind: 'manual', file: 'points.csv' })
  folder.write('points.csv', 'x,solver,offsets\n0.5,euler,"[1,3]"\n')
  const second = await load({ kind: 'manual', file: 'points.csv' })
  expect(second.configuration).not.toEqual(first.configuration)
})

test.each([
  ['x,offsets\n0,"[1,2]"\n', 'points.csv: row 1 lacks the column "solver"'],
  [
    'x,solver,offsets,y,z\n0,euler,"[1,2]",1,1\n',
    'points.csv: row 1 has the columns "y", "z", but the parameters are "x", "solver", "offsets"; leave out what is no parameter',
  ],
  [
    'x,solver,offsets\n0,euler,"[1,2]"\n1.5,4,"[1,2]"\n',
    'points.csv: row 2, column "x" needs a number from 0 to 1, got 1.5',
  ],
  ['x,solver,offsets\n,euler,"[1,2]"\n', 'points.csv: row 1, column "x" needs a number from 0 to 1, got ""'],
  ['x,solver,offsets\n0,rk4,"[1,2]"\n', 'points.csv: row 1, column "solver" needs one of "euler", 4, got "rk4"'],
  [
    'x,solver,offsets.0,offsets.1\n0,4,1,2.5\n',
    'points.csv: row 1, column "offsets" element 1 needs an integer from 0 to 9, got 2.5',
  ],
  ['x,solver,offsets\n', 'points.csv needs at least one row, got none'],
  ['x,solver,x\n', 'points.csv: has the column "x" twice'],
])('the table %j is refused with the row and the column', async (content, sentence) => {
  folder.write('points.csv', content)
  const refused = load({ kind: 'manual', file: 'points.csv' })
  await expect(refused).rejects.toThrow(sentence)
  await expect(refused).rejects.toThrow(ConfigurationError)
})

test('a file that is not there, or rows and a file together, are refused', async () => {
  await expect(load({ kind: 'manual', file: 'none.csv' })).rejects.toThrow(
    `${folder.path}/none.csv: there is no such file`,
  )
  folder.write('points.csv', 'x\n1\n')
  await expect(load({ kind: 'manual', file: 'points.csv', rows: points })).rejects.toThrow(
    'optimizer.design needs rows or a file, got both ("points.csv")',
  )
  await expect(load({ kind: 'manual' })).rejects.toThrow('manual needs rows or a file, got neither')
})

test('names with dots beside a vector come back from their own columns, in whatever order', () => {
  const v = vector(integer(0, 9), 2)
  const after = space({ v, 'v.0': real(0, 1), seed: real(0, 1) })
  expect(
    nestColumns([{ seed: 7, 'v.0': 1, 'v.1': 2, 'parameter v.0': 0.5, 'parameter seed': 0.25 }], after.definitions),
  ).toEqual([{ seed: 7, 'parameter seed': 0.25, v: [1, 2], 'v.0': 0.5 }])
  const before = space({ 'v.0': real(0, 1), v })
  expect(nestColumns([{ 'v.0': 0.5, 'parameter v.0': 1, 'v.1': 2 }], before.definitions)).toEqual([
    { 'v.0': 0.5, v: [1, 2] },
  ])
  expect(nestColumns([{ v: [1, 2], 'v.0': 0.5 }], before.definitions)).toEqual([{ v: [1, 2], 'v.0': 0.5 }])
})

test('the index that a data frame wrote beside its columns is no parameter, unless one is called so', () => {
  const row = { '': '0', 'Unnamed: 0': '0', __index_level_0__: 0, x: '1.0' }
  expect(nestColumns([row], space({ x: integer(0, 1) }).definitions)).toEqual([{ x: '1.0' }])
  expect(nestColumns([row], space({ x: integer(0, 1), '': integer(0, 1) }).definitions)).toEqual([
    { x: '1.0', '': '0' },
  ])
})

test('elements become vectors and matrices, and names with dots that are no elements stay', () => {
  const { definitions } = space({
    'a.0': real(0, 1),
    v: vector(integer(0, 9), 2),
    m: matrix(boolean(), 2, 2),
    n: vector(vector(real(0, 1), 2), 1),
    w: vector(real(0, 1), 2),
  })
  const row = {
    'a.0': 1,
    'v.0': 2,
    'v.1': 3,
    'm.0.0': 4,
    'm.0.1': 5,
    'm.1.0': 6,
    'm.1.1': 7,
    'n.0.0': 8,
    'n.0.1': 9,
    'w.0': 10,
    other: 11,
  }
  expect(nestColumns([row], definitions)).toEqual([
    {
      'a.0': 1,
      'w.0': 10,
      other: 11,
      v: [2, 3],
      m: [
        [4, 5],
        [6, 7],
      ],
      n: [[8, 9]],
    },
  ])
})
