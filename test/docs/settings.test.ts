import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runnerSettings } from '../../src/core/runner-settings.ts'
import { describeSettings } from '../../src/core/settings.ts'
import * as twoloop from '../../src/index.ts'
import { analysisMethods } from '../../src/tables/analysis/analysis-methods.ts'

const page = readFileSync(new URL('../../docs/runner.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))

test('every setting of the runner is on its page, with its default and its meaning, and no other', () => {
  const defaults: Record<string, unknown> = runnerSettings.parse({})
  const expected = describeSettings(runnerSettings).map(({ name, type, meaning }) => {
    const isDuration = type === 'number or string'
    return `| \`${name}\` | ${shown(defaults[name], isDuration)} | ${meaning} |`
  })
  expect([...rows].sort()).toEqual(expected.sort())
})

function shown(value: unknown, isDuration: boolean): string {
  if (value === undefined) return ''
  if (isDuration) return Number(value) < 1000 ? `${value}ms` : `${Number(value) / 1000}s`
  return Array.isArray(value) ? '[]' : String(value)
}

test('all that the package exports, and every method of analyse, stands on a page', () => {
  const folder = new URL('../../docs/', import.meta.url)
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))
  const texts = pages.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n')
  const words = new Set(texts.match(/\w+/g))
  expect([...Object.keys(twoloop), ...analysisMethods].filter((name) => !words.has(name))).toEqual([])
})
