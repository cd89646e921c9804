import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command } from '../command.ts'

const root = join(import.meta.dirname, '../..')
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (/\.md$/.test(name) ? [`docs/${name}`] : [])),
]

/** What the pages tell their readers to type: lines of shell, and code within sentences. */
const typed = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8')
  const shell = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, lines]) => lines!.split('\n'))
  const inline = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
  return [...shell, ...inline].flatMap((line) => {
    const [, command, rest] = /(?:^|npx |&& |\(|!)twoloop ([a-z-]+)\b([^#|&]*)/.exec(line) ?? []
    return command ? [{ page, line, command, words: rest!.split(' -- ')[0]!.replace(/'[^']*'/g, '') }] : []
  })
})

test('every command and option that README and the pages name is one', async () => {
  expect(typed.length).toBeGreaterThan(60)
  const helps = new Map<string, string>()
  for (const name of new Set(typed.map(({ command }) => command))) {
    helps.set(name, (await command([name, '--help'])).stdout)
  }
  const wrong = typed.flatMap(({ page, line, command, words }) => {
    const help = helps.get(command)!
    if (!help.startsWith(`Usage: twoloop ${command}`)) return [`${page}: ${line}`]
    if (command === 'grid') return [] // its options are the keys of a grid
    const options = [...words.matchAll(/(?:^|[\s[])(--[a-z][\w-]*)/g)].map(([, option]) => option!)
    return options
      .filter((option) => !new RegExp(`${option}(?![\\w-])`).test(help))
      .map((option) => `${page}: ${option} of ${line}`)
  })
  expect(wrong).toEqual([])
})

test('every option of every command stands on a page', () => {
  const folder = join(root, 'src/cli')
  const sources = readdirSync(folder).flatMap((name) =>
    name.endsWith('.ts') ? [readFileSync(join(folder, name), 'utf8')] : [],
  )
  const declared = /(?:option|new Option)\(\s*'(?:-\w, )?(--[a-z-]+)/g
  const options = new Set(sources.flatMap((source) => [...source.matchAll(declared)].map(([, option]) => option!)))
  expect(options.size).toBeGreaterThan(30)
  const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n')
  expect([...options].filter((option) => !new RegExp(`${option}(?![\\w-])`).test(text))).toEqual([])
})
