import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
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

/** What a program in the build loads. */
async function loadedBy(program: string, words: readonly string[]): Promise<string[]> {
  const cwd = temporaryDirectory()
  const { stderr } = await execa(process.execPath, ['--import', loads, join(build, program), ...words], { cwd })
  return stderr.split('\n').filter((line) => line.startsWith('loads '))
}

// Schemas are what costs most to load.
test.each([
  [['--help'], 'commander', ['zod', 'record/']],
  [['status', '--help'], 'commander', ['zod', 'record/']],
  [['status', '.'], 'record/', ['zod', 'optimizers/']],
] as const)('twoloop %j loads %s, and nothing of %j', async (words, needed, others) => {
  const loaded = await loadedBy('src/cli/main.js', words)
  expect(loaded.filter((line) => line.includes(needed)).length).toBeGreaterThan(0)
  for (const other of others) expect(loaded.filter((line) => line.includes(`/${other}`))).toEqual([])
})

test('the bundled command loads what it needs to read runs in a few files, and nothing that only a search needs', async () => {
  const loaded = await loadedBy('command/main.js', ['status', '.'])
  const own = loaded.filter((line) => line.includes('/dist/')).map((line) => basename(line))
  expect(own).toEqual(expect.arrayContaining(['main.js', 'base.js', 'reading.js']))
  expect(own).not.toContain('searching.js')
  expect(own.length).toBeLessThan(12)
})

test('the bundled command speaks one language of those that zod does', () => {
  const searching = readFileSync(join(build, 'command', 'searching.js'), 'utf8')
  expect(searching).toContain('Invalid input: expected ')
  expect(searching).not.toContain('Entr\\xE9e invalide') // how the bundler writes it
})
