import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EpochLogger, Logger, loadState, setupLoggerKwargs } from '../../src/batch/grid/index.ts'
import { lastRow } from '../../src/batch/grid/progress-file.ts'
import { temporaryDirectory } from '../temporary.ts'

function loggerIn(outputDir: string) {
  const printed: string[] = []
  const logger = new EpochLogger({ outputDir, expName: 'test', print: (text) => void printed.push(text) })
  const table = () => readFileSync(join(outputDir, 'progress.txt'), 'utf8')
  return { logger, printed, table }
}

const now = new Date(2026, 0, 2, 3, 4, 5)

test.each([
  [{ seed: 10, datestamp: false }, 'ppo/ppo_s10'],
  [{ seed: 10, datestamp: true }, '2026-01-02_ppo/2026-01-02_03-04-05-ppo_s10'],
  [{ seed: null, datestamp: false }, 'ppo'],
  [{ seed: null, datestamp: true }, '2026-01-02_ppo'],
])('with %j an experiment writes to %s below the data directory', (settings, place) => {
  expect(setupLoggerKwargs('ppo', { ...settings, dataDir: '/data', now })).toEqual({
    outputDir: `/data/${place}`,
    expName: 'ppo',
  })
})

test.each(['', '..', 'a/b', 'a\0', 'x'.repeat(254)])('the name %j of an experiment is refused', (name) => {
  expect(() => setupLoggerKwargs(name, { seed: 1, datestamp: false, dataDir: '/data', now })).toThrow(
    /^an experiment needs a (name that a directory can have|directory's name of at most 255 bytes), got /,
  )
})

test('progress.txt has tab-separated values: names in the first line, a row for each dump', async () => {
  const { logger, table } = loggerIn(join(temporaryDirectory(), 'a', 'b'))
  logger.logTabular('Epoch', 0)
  logger.logTabular('Note', 'tab\tand\nline')
  await logger.dumpTabular()
  logger.logTabular('Note', true)
  logger.logTabular('Epoch', 1e-7)
  await logger.dumpTabular()
  logger.logTabular('Epoch', 2)
  await logger.dumpTabular()
  expect(table()).toBe('Epoch\tNote\n0\ttab and line\n1e-7\ttrue\n2\t\n')
})

test('a row is written before dumpTabular returns, and shown as a table', () => {
  const { logger, printed, table } = loggerIn(temporaryDirectory())
  logger.logTabular('LongNameOfAColumn', 1234.5678)
  void logger.dumpTabular()
  expect(table()).toBe('LongNameOfAColumn\n1234.5678\n')
  expect(printed.join('')).toMatch(/^-+\n\| LongNameOfAColumn \| +1234\.57 \|\n-+\n$/)
})

test('what was stored in an epoch is logged by average, deviation, maximum and minimum, and forgotten', async () => {
  const { logger, table } = loggerIn(temporaryDirectory())
  logger.store({ Ret: 1, Len: 5 })
  logger.store({ Ret: [2, 3], Len: new Float64Array([7]) })
  logger.logTabular('Epoch', 1)
  logger.logTabular('Ret', { withMinAndMax: true })
  logger.logTabular('Len', { averageOnly: true })
  await logger.dumpTabular()
  logger.store({ Ret: 10, Len: 0 })
  logger.logTabular('Epoch', 2)
  logger.logTabular('Ret', { withMinAndMax: true })
  logger.logTabular('Len', { averageOnly: true })
  await logger.dumpTabular()
  const [header, first, second] = table().trimEnd().split('\n')
  expect(header).toBe('Epoch\tAverageRet\tStdRet\tMaxRet\tMinRet\tLen')
  expect(first).toBe(`1\t2\t${Math.sqrt(2 / 3)}\t3\t1\t6`)
  expect(second).toBe('2\t10\t0\t10\t10\t0')
})

test('without options there are average and deviation', async () => {
  const { logger, table } = loggerIn(temporaryDirectory())
  logger.store({ Ret: [1, 3] })
  expect(await logger.getStats('Ret')).toEqual({ mean: 2, std: 1, min: 1, max: 3 })
  logger.logTabular('Ret')
  await logger.dumpTabular()
  expect(table()).toBe('AverageRet\tStdRet\n2\t1\n')
})

test('a million values in an epoch are no more than any other number', async () => {
  const { logger, table } = loggerIn(temporaryDirectory())
  logger.store({ Ret: Float64Array.from({ length: 1_000_000 }, (_, i) => i % 2) })
  logger.logTabular('Ret', { withMinAndMax: true })
  await logger.dumpTabular()
  expect(table().split('\n')[1]).toBe('0.5\t0.5\t1\t0')
})

test('what does not fit in the table is refused', async () => {
  const { logger } = loggerIn(temporaryDirectory())
  logger.logTabular('Epoch', 0)
  expect(() => logger.logTabular('Epoch', 1)).toThrow(
    'the column Epoch has a value already; was dumpTabular not called?',
  )
  expect(() => logger.logTabular('Ret')).toThrow(
    "logTabular('Ret') needs a value, or values that were stored in this epoch, got none",
  )
  expect(() => logger.logTabular('a\tb', 1)).toThrow('a column needs a name without tabs and line ends, got "a\\tb"')
  await logger.dumpTabular()
  expect(() => logger.logTabular('New', 1)).toThrow(
    'the column New is new, but the table has had Epoch since the first row',
  )
})

test('config.json says functions and classes by name, with sorted keys and the name of the experiment', () => {
  const outputDir = temporaryDirectory()
  const logger = new Logger({ outputDir, expName: 'ppo' })
  class Net {
    readonly layers = [1, 2]
  }
  const cyclic: Record<string, unknown> = { z: 1 }
  cyclic.itself = cyclic
  logger.saveConfig({
    seed: 1,
    net: new Net(),
    act: Math.tanh,
    none: undefined,
    big: 10n,
    when: new Map([['a', 1]]),
    cyclic,
  })
  expect(readFileSync(join(outputDir, 'config.json'), 'utf8')).toBe(
    [
      '{',
      '    "act":\t"tanh",',
      '    "big":\t"10",',
      '    "cyclic":\t{',
      '        "itself":\t"[circular]",',
      '        "z":\t1',
      '    },',
      '    "exp_name":\t"ppo",',
      '    "net":\t{',
      '        "Net":\t{',
      '            "layers":\t[',
      '                1,',
      '                2',
      '            ]',
      '        }',
      '    },',
      '    "none":\tnull,',
      '    "seed":\t1,',
      '    "when":\t{',
      '        "a":\t1',
      '    }',
      '}',
    ].join('\n'),
  )
})

test('a state is kept, one for all or one for every iteration, with typed arrays as they are', () => {
  const outputDir = temporaryDirectory()
  const { logger } = loggerIn(outputDir)
  logger.saveState({ weights: new Float64Array([0.5, -1]) })
  logger.saveState({ at: 7 }, 7)
  expect(loadState(outputDir)).toEqual({ weights: new Float64Array([0.5, -1]) })
  expect(loadState(outputDir, 7)).toEqual({ at: 7 })
})

test('the last row of a table is found, however long the table, and a table without rows has none', () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'progress.txt')
  expect(lastRow(file)).toBeUndefined()
  mkdirSync(join(directory, 'no-file'))
  writeFileSync(file, 'Epoch\tRet\n')
  expect(lastRow(file)).toBeUndefined()
  writeFileSync(file, 'Epoch\tRet\n0\tNaN\n')
  expect(lastRow(file)).toEqual({ Epoch: 0, Ret: Number.NaN })
  const rows = Array.from({ length: 300_000 }, (_, i) => `${i}\t${i / 2}\n`).join('')
  writeFileSync(file, `Epoch\tRet\n${rows}300000\tgood\n`)
  expect(lastRow(file)).toEqual({ Epoch: 300_000, Ret: 'good' })
})
