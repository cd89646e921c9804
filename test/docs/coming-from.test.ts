import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasPart, hasProgram } from '../parts.ts'
import { blocksOf, PageFolder } from './page-folder.ts'

// The other systems' side of docs/coming-from.md is text; this one's is done.

const hasPython = hasPart('python3', () => hasProgram('python3'), 'docs/coming-from.md')
let folder: PageFolder

beforeAll(() => {
  folder = new PageFolder('programs', 'schelling.ts', 'schelling.yaml', 'grid.ts', 'grid.yaml')
  writeFileSync(folder.at('twoloop.py'), folder.run('npx', 'twoloop', 'python'))
})

afterAll(() => folder.remove())

test.skipIf(!hasPython)('the tasks of docs/coming-from.md are done by its commands', () => {
  for (const { language, code } of blocksOf('coming-from')) {
    if (language === 'sh') folder.run('sh', '-e', '-c', code)
  }
  const shown = (run: string) => JSON.parse(folder.run('npx', 'twoloop', 'show', `runs/${run}`, '--json'))
  const lowest = { x: expect.closeTo(1, 1), y: expect.closeTo(-2, 1) }
  expect(shown('paraboloid')).toMatchObject({ optimizer: 'cross-entropy', best: { parameters: lowest } })
  expect(shown('cma')).toMatchObject({ optimizer: 'cma-es', best: { parameters: lowest } })
  expect(shown('schelling')).toMatchObject({ individuals: 12, evaluations: { done: 12 } })
  expect(shown('bandit')).toMatchObject({ individuals: 12, evaluations: { done: 12 } })
})
