import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCsvColumn } from '../../optimizees/command/csv-column.ts'
import { MemoryKills } from '../../optimizees/command/memory-kills.ts'
import { checkPlace, readPlace } from '../../optimizees/command/named-result.ts'
import { readNumber } from '../../optimizees/command/read-number.ts'
import { readJson } from '../../optimizees/shared/read-json.ts'
import { temporaryDirectory } from '../temporary.ts'

test.each([
  ['1.0D-3', 0.001],
  ['-2.5d+02', -250],
  ['1.234-105', 1.234e-105],
  ['+1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  [' [1] 2.5 ', 2.5],
  ['1.0000e-03', 0.001],
  ['-Inf', Number.NEGATIVE_INFINITY],
  ['+Infinity', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
  ['NA', Number.NaN],
  ['****', undefined],
  ['', undefined],
  ['1.5 2.5', undefined],
  ['0x10', undefined],
])('%j is the number %d', (text, number) => {
  expect(readNumber(text)).toEqual(number)
})

test('JSON has numbers that JSON has no words for, but not in its texts', () => {
  const text = '{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN, \\"inf\\"", "d": "number:1", "e": -inf}'
  expect(readJson(text)).toEqual({
    a: Number.NaN,
    b: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    c: 'NaN, "inf"',
    d: 'number:1',
    e: Number.NEGATIVE_INFINITY,
  })
  expect(() => readJson('{"a": nane}')).toThrow(SyntaxError)
  expect(readJson('{"place": "Z\\xfcrich", "path": "C:\\\\xyz"}')).toEqual({ place: 'Z\\xfcrich', path: 'C:\\xyz' })
})

const log = `error = 1.0D+1
step 1
 displacements
   41  0.1 -3.5
   42  0.2 -4.0
 stresses
   41  9.9 9.9
step 2
 displacements
   41  0.3 -5.5
 stresses
error = 1.0D-3
`

test.each([
  ['the last match', { pattern: '^error = (\\S+)' }, 0.001],
  ['the first match', { pattern: '^error = (\\S+)', take: 'first' }, 10],
  [
    'blocks between two lines',
    { after: 'displacements', until: 'stresses', pattern: '^\\s+\\d+\\s+\\S+\\s+(\\S+)', take: 'sum' },
    -13,
  ],
  ['what stands behind a line', { after: '^step 2', pattern: '^\\s+41\\s+(\\S+)' }, 0.3],
  ['the largest', { pattern: '^\\s+41\\s+(\\S+)', take: 'largest' }, 9.9],
  ['the smallest', { pattern: '^\\s+41\\s+(\\S+)', take: 'smallest' }, 0.1],
  ['the mean', { pattern: '^error = (\\S+)', take: 'mean' }, 5.0005],
  ['a text beside the objectives', { pattern: '^step .*' }, 'step 2'],
] as const)('a value is found by %s', (_, place, value) => {
  expect(readPlace(log, place, typeof value === 'number')).toEqual({ value })
})

test('a value that is not there, or no number, is a sentence', () => {
  expect(readPlace(log, { pattern: '^rmse (.*)' }, true)).toEqual({ refusal: 'nothing matches ^rmse (.*)' })
  expect(readPlace('error = ****', { pattern: 'error = (.*)' }, true)).toEqual({
    refusal: 'a number was wanted, found "****"',
  })
  expect(readPlace('error = 2', { pattern: '^error = .*' }, true)).toEqual({
    refusal:
      'a number was wanted, found "error = 2", which is all that ^error = .* matches; put the number into a group, like (\\S+)',
  })
  expect(readPlace('{"a": {"b": 1}}', { json: 'a.c' }, true)).toEqual({ refusal: 'there is no a.c in the JSON' })
})

test('a value is found by its keys in JSON, of many lines or the last one', () => {
  expect(readPlace('{\n "a": {"b": 1.5}\n}\n', { json: 'a.b', file: 'x' }, true)).toEqual({ value: 1.5 })
  expect(readPlace('begin\n{"a": {"b": 2.5}}\n', { json: 'a.b' }, true)).toEqual({ value: 2.5 })
})

test.each([
  ['commas', 'x,"s, xx"\n1,2\n3,4.5D0\n', 's, xx', ['2', '4.5D0']],
  ['semicolons', 'x;s\n1;2\n', 's', ['2']],
  ['blanks and a mark before the heading', '# t  s\n 0.5  1.5\n', 's', ['1.5']],
  ['tabs and a number', '1\t2\n3\t4\n', 2, ['2', '4']],
])('a column is read from a table with %s', (_, text, column, values) => {
  expect(readCsvColumn(text, column)).toEqual({ values })
})

test('a column that is not there names those that are', () => {
  expect(readCsvColumn('a,b\n1,2\n', 'c')).toEqual({ refusal: 'there is no column c; there are a, b' })
})

test('a place that means nothing is refused', () => {
  expect(() => checkPlace('e', { pattern: '(' }, false)).toThrow('the result e needs a regular expression, got (')
  expect(() => checkPlace('e', { pattern: 'a', column: 1, file: 'f' }, true)).toThrow(
    'one of pattern, column and json, got 2',
  )
  expect(() => checkPlace('e', { pattern: 'rmse' }, true)).toThrow(
    'the result e needs a pattern whose first group is the number, like rmse = (\\S+), got "rmse", which matches that text alone; a value in JSON is { json: rmse }',
  )
  expect(() => checkPlace('e', {}, true)).toThrow('the result e needs a pattern, a column, json or a file')
})

test.each([
  ['version 2', '0::/job\n', 'job/memory.events', 'low 0\noom 3\noom_kill 2\n'],
  ['version 1', '4:memory:/job\n0::/\n', 'memory/job/memory.oom_control', 'under_oom 0\noom_kill 2\n'],
  ['a container, whose own cgroup is mounted', '0::/kubepods/x\n', 'memory.events', 'oom_kill 2\n'],
])('kills for lack of memory are counted in a cgroup of %s', (_, cgroup, path, text) => {
  const root = temporaryDirectory()
  writeFileSync(join(root, 'self'), cgroup)
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
  expect(new MemoryKills({ self: join(root, 'self'), root }).count).toBe(2)
})
