import { cpSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'
import { UserFolder } from './folder.ts'

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
  const folder = join(build, 'command')
  const layers = readdirSync(folder).filter((name) => name.endsWith('.cjs'))
  const searching = readFileSync(join(folder, layers.find((name) => name.startsWith('searching-'))!), 'utf8')
  expect(searching).toContain('Invalid input: expected ')
  expect(searching).not.toContain('Entr\\xE9e invalide') // how the bundler writes it
})

test('what one process of the bundled command has compiled the next one takes, and compiles anew what is damaged', async () => {
  const project = temporaryDirectory()
  const folder = join(project, 'dist', 'command')
  cpSync(join(build, 'command'), folder, { recursive: true, filter: (path) => !path.includes('.compiled') })
  cpSync(join(build, '..', 'package.json'), join(project, 'package.json'))
  symlinkSync(join(build, '..', 'node_modules'), join(project, 'node_modules'))
  const status = () => execa(process.execPath, [join(folder, 'main.js'), 'status', '.'], { cwd: project })
  const compiled = () => {
    const names = readdirSync(folder).filter((name) => name.includes('.compiled'))
    return Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).ino]))
  }
  await execa(process.execPath, [join(folder, 'worker.js')], { reject: false }) // which only says how it is used
  const { stdout } = await status()
  const first = compiled()
  expect(Object.keys(first).map((name) => name.replace(/-.*/, ''))).toEqual(['base', 'reading', 'worker'])
  expect((await status()).stdout).toBe(stdout)
  expect(compiled()).toEqual(first)
  const damaged = join(folder, Object.keys(first)[1]!)
  const bytes = readFileSync(damaged)
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 100)
  writeFileSync(damaged, bytes)
  expect((await status()).stdout).toBe(stdout)
  expect(compiled()).not.toEqual(first)
  expect(readFileSync(damaged).equals(bytes)).toBe(false)
})

const problem = { parameters: { x: { type: 'real', low: 0, high: 1 } }, objectives: { cost: 'minimize' } }

const staying = `console.log('{"ready": true}')
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  console.log(JSON.stringify({ id: JSON.parse(line).id, result: 1 }))
})`

test.each<[what: string, optimizee: object]>([
  ['a command', { ...problem, command: ['echo', '{x}'] }],
  ['a program', { ...problem, program: [process.execPath, 'stays.cjs'] }],
  ['a simulation that is built in', { type: 'function', name: 'gauss2d' }],
])('%s is bundled once for all searches: the next starts no bundler', async (_, optimizee) => {
  using folder = new UserFolder()
  folder.write('stays.cjs', staying)
  const bundler = folder.write('bundler.sh', '#!/bin/sh\nexit 1', 0o755)
  const optimizer = { type: 'random-search', generations: 1, populationSize: 2 }
  folder.write('one.json', { optimizee, optimizer, runner: { workers: 1 } })
  expect(await folder.twoloop(['run', 'one.json', '--name', 'first'])).toMatchObject({ code: 0 })
  const { code, stderr } = await folder.twoloop(['run', 'one.json'], { ESBUILD_BINARY_PATH: bundler })
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('2/2 done') })
})
