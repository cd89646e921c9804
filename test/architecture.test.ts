import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = dirname(import.meta.dirname)

/** The order of imports: a file imports its own folder, or one that stands before it. The README draws the same list. */
const folders = [
  'src/core',
  'src/testing', // laws that optimizers are held to, which know none of them
  'optimizers',
  'src/analysis',
  'src/system',
  'optimizees',
  'runtime/channel',
  'runtime/worker',
  'runtime/runner',
  'runtime/schedulers',
  'runtime/slurm',
  'src/record',
  'src/tables',
  'src/search',
  'src/experiment-file',
  'src/batch',
  'src/doctor',
  'src/dashboard',
  'src/cli',
  'src/index.ts',
  'src/packing',
]

const files = ['src', 'optimizers', 'optimizees', 'runtime'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name)),
)

const imports = new Map(files.map((file) => [file, importsOf(file)]))

/** The files that a file imports, and those that it names by their place beside it, as programs that it starts are. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const imported = [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map((match) => match[1]!)
  const named = [...text.matchAll(/new URL\(\s*['`](\.[^'`]+)['`],\s*import\.meta\.url/g)].map((match) => match[1]!)
  return [...imported, ...named].map((specifier) => relative(root, join(root, dirname(file), specifier)))
}

const floorOf = (file: string) => folders.findIndex((folder) => file === folder || file.startsWith(`${folder}/`))

test('every file lies in a folder of the list', () => {
  expect(files.filter((file) => floorOf(file) < 0)).toEqual([])
})

test.each(folders)('%s imports itself and what stands before it', (folder) => {
  const uphill = files
    .filter((file) => folders[floorOf(file)] === folder)
    .flatMap((file) => imports.get(file)!.map((imported) => [file, imported] as const))
    .filter(([file, imported]) => floorOf(imported) > floorOf(file))
    .map(([file, imported]) => `${file} -> ${imported}`)
  expect(uphill).toEqual([])
})

test('the two sides of a pipe never import each other', () => {
  const across = [...imports].flatMap(([file, all]) =>
    all
      .filter((imported) => file.startsWith('runtime/runner/') && imported.startsWith('runtime/worker/'))
      .map((imported) => `${file} -> ${imported}`),
  )
  expect(across).toEqual([])
})

test('no file imports itself by way of others', () => {
  expect(circles()).toEqual([])
})

/** The circles of imports, each by the file at which it closes. */
function circles(): string[] {
  const found: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  return found
}

test('core, optimizers and analysis touch no clock, file, process or global random', () => {
  const pure = files.filter((file) => /^(src\/core|optimizers|src\/analysis)\//.test(file))
  const forbidden = /\bDate\b|performance\.now|Math\.random|from 'node:(?!crypto)|\bprocess\.|setTimeout|setInterval/
  const lines = pure.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line) && forbidden.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )
  expect(lines).toEqual([])
})

test('SQL is spoken by the record, by what rescues a damaged one, and by the look at a file system', () => {
  const sql = /['"`\s](select .+ from|insert (or \w+ )?into|update \w+ set|create (table|view) |delete from) ?\w/
  const speakers = files.filter((file) => sql.test(readFileSync(join(root, file), 'utf8')))
  expect(speakers.filter((file) => !/^src\/(record|doctor)\//.test(file))).toEqual([])
})
