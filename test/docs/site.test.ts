import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const docs = join(import.meta.dirname, '../../docs')

test('every page is in the navigation of the site, once, and no other', () => {
  const pages = readdirSync(docs).flatMap((name) => (name.endsWith('.md') ? [name.slice(0, -3)] : []))
  const config = readFileSync(join(docs, '.vitepress/config.ts'), 'utf8')
  const named = [...config.matchAll(/\bpage\([^)]*, '([\w-]+)'\)/g)].map(([, name]) => name)
  expect(named.sort()).toEqual(pages.sort())
})
