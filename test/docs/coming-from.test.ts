import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { command, shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { blocksOf, PageFolder } from './page-folder.ts'

// The other systems' side of docs/coming-from.md is text; this one's is done.

const hasPython = hasPart('python3', () => hasProgram('python3'), 'docs/coming-from.md')
let folder: PageFolder

beforeAll(async () => {
  folder = new PageFolder('programs', 'schelling.ts', 'schelling.yaml', 'grid.ts', 'grid.yaml')
  writeFileSync(folder.at('twoloop.py'), (await command(['python'])).stdout)
})

afterAll(() => folder.remove())

test.skipIf(!hasPython)('the tasks of docs/coming-from.md are done by its commands', async () => {
  for (const { language, code } of blocksOf('coming-from')) {
    if (language === 'sh') folder.run('sh', '-e', '-c', code)
  }
  const of = (run: string) => shown(folder.directory, `runs/${run}`)
  const lowest = { x: expect.closeTo(1, 1), y: expect.closeTo(-2, 1) }
  expect(await of('paraboloid')).toMatchObject({ optimizer: 'cross-entropy', best: { parameters: lowest } })
  expect(await of('cma')).toMatchObject({ optimizer: 'cma-es', best: { parameters: lowest } })
  expect(await of('schelling')).toMatchObject({ individuals: 12, evaluations: { done: 12 } })
  expect(await of('bandit')).toMatchObject({ individuals: 12, evaluations: { done: 12 } })
})
