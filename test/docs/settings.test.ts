import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { describeRunOptions } from '../../src/cli/grid-arguments.ts'
import { runnerSettings } from '../../src/core/runner-settings.ts'
import { describeSettings } from '../../src/core/settings.ts'
import { builtInOptimizers } from '../../src/experiment-file/optimizers-in.ts'
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

test('every optimizer is on the page of their settings with all of them, their defaults and meanings, and no other', () => {
  const text = readFileSync(new URL('../../docs/optimizer-settings.md', import.meta.url), 'utf8')
  const [, ...sections] = text.split(/^## /m)
  const read = sections.map((section) => {
    const [title = '', ...lines] = section.split('\n')
    return { type: title.replaceAll('`', ''), rows: lines.filter((line) => line.startsWith('| `')) }
  })
  const cell = (value: unknown) => String(value).replaceAll('|', String.raw`\|`)
  // Elsewhere the site takes what stands in braces for attributes.
  const code = (text: string) => (text.includes('{') ? `\`${text}\`` : text)
  const expected = builtInOptimizers.map(({ type, settings }) => ({
    type,
    rows: describeSettings(settings as z.ZodType)
      .filter(({ name }) => name !== 'seed' && name !== 'generations')
      .map(({ name, type, default: value, meaning }) => {
        const given = value === undefined ? '' : code(cell(JSON.stringify(value)))
        return `| \`${name}\` | ${code(cell(type))} | ${given} | ${cell(meaning)} |`
      }),
  }))
  expect(read).toEqual(expected)
})

test('every option of the grid stands on the page of batch systems', () => {
  const text = readFileSync(new URL('../../docs/batch-systems.md', import.meta.url), 'utf8')
  const options = describeRunOptions().match(/--[a-z-]+/g)!
  expect(options.filter((option) => !text.includes(option))).toEqual([])
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
