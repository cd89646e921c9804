import { expect, test } from 'vitest'
import { describeProgress, duration, ProgressLine } from '../../src/cli/progress.ts'
import type { Progress } from '../../src/search/tally.ts'

function progressAt(generation: number, evaluated: number, elapsedMs: number, more: Partial<Progress> = {}): Progress {
  return {
    generation,
    generations: 10,
    size: 20,
    evaluated,
    failed: 0,
    totalEvaluated: generation * 20 + evaluated,
    simulated: generation * 20 + evaluated,
    elapsedMs,
    ...more,
  }
}

class Screen {
  readonly isTTY: boolean
  readonly columns: number
  text = ''

  constructor(isTTY: boolean, columns = 200) {
    this.isTTY = isTTY
    this.columns = columns
  }

  write(text: string): void {
    this.text += text
  }
}

test('a status line tells generation, individuals, the best, the rate and the time left', () => {
  const screen = new Screen(true)
  let now = 0
  const line = new ProgressLine(screen, () => now)
  line.update(progressAt(0, 0, 0))
  now = 10_000
  const best = { fitness: [0.123456789, 2], generation: 3, index: 7 }
  line.update(progressAt(5, 0, 10_000, { failed: 1, best }))
  expect(screen.text.split('\r').at(-1)).toBe(
    'generation 6/10  0/20 done  1 failed in all  best 0.123457, 2 (3.7)  10/s  10 s left\x1b[K',
  )
})

test('the time left is measured from where this process went on, not from what an earlier one did', () => {
  const screen = new Screen(true)
  let now = 0
  const line = new ProgressLine(screen, () => now)
  line.update(progressAt(8, 0, 0))
  now = 60_000
  line.update(progressAt(9, 0, 60_000))
  expect(screen.text).toContain('1 min left')
})

test.each([
  [
    { generations: Number.POSITIVE_INFINITY, mostEvaluations: 200 },
    'generation 6  0/20 done  100/200 in all  10/s  10 s left',
  ],
  [{ mostEvaluations: 1000 }, 'generation 6/10  0/20 done  100/1000 in all  10/s  10 s left'],
  [{ timeLeftMs: 3000 }, 'generation 6/10  0/20 done  10/s  3 s left'],
])('the time left is until the nearest limit, %j', (limits, text) => {
  expect(describeProgress(progressAt(5, 0, 10_000, limits), progressAt(0, 0, 0, limits))).toBe(text)
})

test('a terminal is written to at most ten times a second, and never beyond its width', () => {
  const screen = new Screen(true, 30)
  let now = 0
  const line = new ProgressLine(screen, () => now)
  for (; now < 1000; now += 1) line.update(progressAt(0, now % 20, now))
  line.end()
  const drawn = screen.text.split('\r').slice(1)
  expect(drawn.length).toBeLessThanOrEqual(11)
  expect(drawn.length).toBeGreaterThan(5)
  for (const text of drawn) expect(text.replace('\x1b[K', '').replace('\n', '').length).toBeLessThan(30)
  expect(screen.text.endsWith('\n')).toBe(true)
})

test('a log gets plain lines, a few for a whole run, and the last state', () => {
  const screen = new Screen(false)
  let now = 0
  const line = new ProgressLine(screen, () => now)
  for (let generation = 0; generation < 10; generation++) {
    for (let evaluated = 0; evaluated <= 20; evaluated++, now += 10) line.update(progressAt(generation, evaluated, now))
  }
  line.end()
  for (const control of ['\r', '\x1b']) expect(screen.text).not.toContain(control)
  const lines = screen.text.trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(4)
  expect(lines.at(-1)).toContain('generation 10/10  20/20 done')
})

test('a slow search still gives a line every few seconds', () => {
  const screen = new Screen(false)
  let now = 0
  const line = new ProgressLine(screen, () => now)
  for (; now <= 60_000; now += 100) line.update(progressAt(0, 1, now))
  expect(screen.text.trimEnd().split('\n').length).toBe(13)
})

test('a sentence stands on a line of its own, and the status line comes back after it', () => {
  const screen = new Screen(true)
  const line = new ProgressLine(screen, () => 0)
  line.update(progressAt(0, 3, 0))
  line.say('Stopping.')
  expect(screen.text.endsWith('\r\x1b[KStopping.\n\rgeneration 1/10  3/20 done\x1b[K')).toBe(true)
})

test('nothing is written of a run that never made progress', () => {
  const screen = new Screen(true)
  new ProgressLine(screen).end()
  expect(screen.text).toBe('')
})

test('time spans are short', () => {
  expect([3.2, 90, 7300, 200_000].map(duration)).toEqual(['4 s', '2 min', '2 h 2 min', '2 d'])
})
