import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const twoloop = (directory: string, ...words: string[]) =>
  execFileSync(process.execPath, [join(build, 'src/cli/main.js'), ...words], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
const example = (name: string) => join(import.meta.dirname, 'problems', name)

/** Where width = height / 6 and the stress is 160 MPa: width ** 3 = load * length / (6 * 160). */
const lightest = 6 * 7.85e-6 * 1000 * ((252 * 9.81 * 1000) / (6 * 160)) ** (2 / 3)

test('the cantilever is found that is as light as theory allows', () => {
  expect(lightest).toBeCloseTo(8.85, 2)
  const directory = temporaryDirectory()
  twoloop(directory, 'run', example('cantilever.yaml'))
  const { best, evaluations } = JSON.parse(twoloop(directory, 'show', 'runs/cantilever', '--json'))
  expect(evaluations.failed).toBe(0)
  expect(best.violation).toBeUndefined()
  expect(best.fitness[0]).toBeGreaterThanOrEqual(lightest - 1e-9)
  expect(best.fitness[0]).toBeLessThan(1.01 * lightest)
  const rows = twoloop(directory, 'export', 'runs/cantilever', '--format', 'ndjson').trim().split('\n')
  for (const row of rows) {
    const { width, height, stress, tip, violation } = JSON.parse(row)
    expect(height).toBeLessThanOrEqual(6 * width)
    expect(violation).toBeCloseTo(Math.max(0, stress - 160) + Math.max(0, -8 - tip), 9)
  }
})
