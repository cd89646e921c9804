import { expect, test } from 'vitest'
import { ProgressBar } from '../../src/batch/progress-bar.ts'
import type { Progress } from '../../src/index.ts'

function shown(isTTY: boolean, news: readonly (readonly [at: number, done: number, failed: number])[]): string {
  let text = ''
  let time = 0
  const stream = { isTTY, write: (more: string) => (text += more) }
  {
    using bar = new ProgressBar(100, stream, () => time)
    for (const [at, totalEvaluated, failed] of news) {
      time = at
      bar.update({ totalEvaluated, failed } as Progress)
    }
  }
  return text
}

test('a terminal has one line that tells of every run, another stream few lines', () => {
  const news = Array.from({ length: 101 }, (_, i) => [i * 100, i, i > 50 ? 1 : 0] as const)
  const terminal = shown(true, news).split('\r')
  expect(terminal).toHaveLength(102)
  expect(terminal[41]).toBe('40/100 runs  10/s  6 s left\x1b[K')
  expect(terminal.at(-1)).toBe('100/100 runs  1 failed  10/s\x1b[K\n')
  expect(shown(false, news)).toBe('0/100 runs\n50/100 runs  10/s  5 s left\n100/100 runs  1 failed  10/s\n')
})

test('what an earlier start has done counts as done, and not for the rate', () => {
  const news = [
    [0, 50, 0],
    [10_000, 60, 0],
  ] as const
  expect(shown(false, news)).toBe('50/100 runs\n60/100 runs  1/s  40 s left\n')
})

test('a batch that never began shows nothing', () => {
  expect(shown(true, [])).toBe('')
})
