import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = dirname(import.meta.dirname)

/** What each part may import of ours; the first that fits a file counts. */
const rules: readonly (readonly [part: RegExp, mayImport: RegExp])[] = [
  [/^src\/core\//, /^src\/core\//],
  [/^optimizers\//, /^(src\/core|optimizers)\//],
  [/^optimizees\//, /^(src\/core|optimizees)\//],
  [/^runtime\//, /^(src\/core|runtime)\//],
  [/^src\/analysis\//, /^src\/(core|analysis)\//],
  [/^src\/(cli|dashboard)\//, /^(src|runtime|optimizers|optimizees)\//],
  // The public surface re-exports optimizers and optimizees; types of experiment files name them.
  [/^src\/(index|definition)\.ts$/, /^(src|runtime|optimizers|optimizees)\//],
  // A sweep is a design that is played by an optimizer.
  [/^src\/batch\//, /^(src\/(?!cli|dashboard)|runtime\/|optimizers\/designs\/)/],
  [/^src\//, /^(src\/(?!cli|dashboard|analysis)|runtime\/)/],
]

const files = ['src', 'optimizers', 'optimizees', 'runtime'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name)),
)

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => match[1]!)
  return specifiers.map((specifier) => relative(root, join(root, dirname(file), specifier)))
}

test.each(files)('%s imports only what its part may', (file) => {
  const [, mayImport] = rules.find(([part]) => part.test(file))!
  expect(importsOf(file).filter((imported) => !mayImport.test(imported))).toEqual([])
})

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
  expect(speakers.sort()).toEqual([
    'src/doctor/partner.ts',
    'src/doctor/examine.ts',
    'src/record/record-file.ts',
    'src/record/recovery/from-pipes.ts',
    'src/record/recovery/recover.ts',
    'src/record/recovery/salvage.ts',
    'src/record/reader.ts',
    'src/record/schema.ts',
    'src/record/writer.ts',
  ])
})
