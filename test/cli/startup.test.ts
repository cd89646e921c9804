import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`

/** Says on standard error what a process loads. */
const loads = asModule(`
  import { register } from 'node:module'
  register(${JSON.stringify(
    asModule(`
      import { writeSync } from 'node:fs'
      export async function load(url, context, next) {
        writeSync(2, 'loads ' + url + '\\n')
        return next(url, context)
      }`),
  )})`)

// Schemas are what costs most to load.
test.each([
  [['--help'], 'commander', ['zod', 'record/']],
  [['status', '--help'], 'commander', ['zod', 'record/']],
  [['status', '.'], 'record/', ['zod', 'optimizers/']],
] as const)('twoloop %j loads %s, and nothing of %j', async (words, needed, others) => {
  const cwd = temporaryDirectory()
  const { stderr } = await execa(process.execPath, ['--import', loads, join(build, 'src/cli/main.js'), ...words], {
    cwd,
  })
  const loaded = stderr.split('\n').filter((line) => line.startsWith('loads '))
  expect(loaded.filter((line) => line.includes(needed)).length).toBeGreaterThan(0)
  for (const other of others) expect(loaded.filter((line) => line.includes(`/${other}`))).toEqual([])
})
