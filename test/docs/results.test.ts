import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/system/database.ts'
import { readTable } from '../../src/tables/read-table.ts'
import { command, shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { type Block, blocksOf, PageFolder } from './page-folder.ts'

// What the pages about results say, done with the run of the README. What needs a program or a library that few have is
// compared with the columns that there are.

const hasPython = hasPart('python3', () => hasProgram('python3'), 'the pages about results')
const hasR = hasPart('Rscript', () => hasProgram('Rscript'), 'docs/r.md')
const hasPandas = hasPython && hasProgram('python3', '-c', 'import pandas, pyarrow')
const hasDuckdb = hasProgram('duckdb')

describe.skipIf(!hasPython)('of the pages about results', () => {
  let first: PageFolder
  let columns: string[]
  let folder: PageFolder

  beforeAll(async () => {
    first = new PageFolder('spring')
    first.run('npx', 'twoloop', 'run', 'spring.yaml')
    const { stdout: table } = await command(['export', 'runs/spring'], { cwd: first.directory })
    columns = table.slice(0, table.indexOf('\r\n')).split(',')
  })

  afterAll(() => first.remove())

  /** Each page is followed by somebody who has done nothing but that run. */
  beforeEach(() => {
    folder = new PageFolder('spring')
    cpSync(first.at('runs'), folder.at('runs'), { recursive: true })
  })

  afterEach(() => folder.remove())

  const shell = ({ code }: Block) => folder.run('sh', '-e', '-c', code)
  const python = ({ code }: Block) => folder.run('python3', '-c', code)
  const of = (page: string, language: string) => blocksOf(page).filter((block) => block.language === language)

  /** That what stands in quotes in the code is a column, or one of the words that are known to be something else. */
  function expectColumns({ code }: Block, pattern: RegExp, ...others: readonly string[]): void {
    const names = [...code.matchAll(pattern)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(0)
    expect([...columns, ...others]).toEqual(expect.arrayContaining(names))
  }

  test('pandas.md reads a run, exports it, and searches the points of a table', async () => {
    for (const block of blocksOf('pandas')) {
      if (block.language === 'sh') shell(block)
      else if (hasPandas || !block.code.includes('import pandas')) python(block)
      else {
        folder.run('python3', '-c', 'import ast, sys; ast.parse(sys.argv[1])', block.code)
        expectColumns(block, /"(\w+)"/g, 'done', 'failed', 'min', 'median', 'spearman')
      }
    }
    expect(await shown(folder.directory, 'runs/points')).toMatchObject({
      optimizer: 'design',
      individuals: 4,
      evaluations: { done: 4 },
    })
    expect(await shown(folder.directory, 'runs/warm')).toMatchObject({ status: 'finished', generations: 2 })
  })

  test('pandas.md names all columns of the table', () => {
    const text = readFileSync(new URL('../../docs/pandas.md', import.meta.url), 'utf8').split('##')[0]!
    expect(columns.filter((column) => !text.includes(`\`${column}\``))).toEqual([])
  })

  test.skipIf(!hasR)('r.md reads the table with nothing but R, and writes one that is searched', async () => {
    for (const block of blocksOf('r')) {
      if (block.language === 'sh') shell(block)
      else if (!block.code.includes('library(')) folder.run('Rscript', '-e', block.code)
      else {
        folder.run('Rscript', '-e', `invisible(parse(text = ${JSON.stringify(block.code)}))`)
        if (block.code.includes('arrow')) expectColumns(block, /"(\w+)"/g)
      }
    }
    expect(readFileSync(folder.at('spring.pdf')).subarray(0, 4).toString()).toBe('%PDF')
    expect(await shown(folder.directory, 'runs/points')).toMatchObject({
      optimizer: 'design',
      individuals: 8,
      evaluations: { done: 8 },
    })
  })

  test('julia.md names columns that there are', () => {
    writeFileSync(folder.at('points.csv'), 'stiffness,damping,solver\n8,0.5,rk4\n') // as its last block does
    for (const block of of('julia', 'sh')) shell(block)
    const [table, record, points] = of('julia', 'julia')
    expectColumns(table!, /(?<!:):([a-z]\w*)/g, 'best', 'median')
    expect(points!.code).toContain('(; stiffness, damping, solver = "rk4")')
    const query = record!.code.match(/"(select .*)"/)![1]!
    const database = openDatabase(folder.at('runs/spring/trajectory.sqlite'), { readonly: true })
    expect(database.prepare(query).all()).toHaveLength(5)
    database.close()
  })

  test.skipIf(hasDuckdb)('duckdb.md asks questions that the table answers, also in the SQL of SQLite', async () => {
    for (const block of of('duckdb', 'sh')) shell(block)
    const database = openDatabase(':memory:')
    const names = [...columns, 'filename'].map((name) => `"${name}"`).join(', ')
    for (const name of ['spring', 'seed-2']) {
      database.exec(`create table "${name}" (${names})`)
      const insert = database.prepare(`insert into "${name}" values (${names.replaceAll(/"[^"]+"/g, '?')})`)
      for (const row of await readTable(folder.at('tables', `${name}.parquet`))) {
        insert.run(...columns.map((column) => plainCell(row[column])), `tables/${name}.parquet`)
      }
    }
    const answers = of('duckdb', 'sql').map(({ code }) => {
      const all = '(select * from "spring" union all select * from "seed-2")'
      const query = code.replace("'spring.parquet'", 'spring').replace(/read_parquet\(.*?\)/, all)
      return database.prepare<Record<string, unknown>>(query).all()
    })
    database.close()
    expect(answers.map((rows) => rows.length)).toEqual([5, 5, 2, 2])
    expect(answers[3]).toContainEqual({
      filename: 'tables/spring.parquet',
      best: answers[0]![0]!.error,
      individuals: 50,
    })
  })

  test.skipIf(!hasDuckdb)('duckdb.md asks questions that DuckDB answers', () => {
    for (const block of of('duckdb', 'sh')) shell(block)
    for (const { code } of of('duckdb', 'sql')) expect(folder.run('duckdb', '-csv', '-c', code)).toMatch(/\d\n$/)
  })

  test('jupyter.md starts a search, looks at it and ends it', () => {
    for (const block of of('jupyter', 'sh')) shell(block)
    const cells = of('jupyter', 'python').map(({ code }) => code)
    const looked = cells.join('\n').replace(/^twoloop\.read\(.*\)$/m, 'print($&._repr_html_()[:7])')
    expect(folder.run('python3', '-c', looked)).toMatch(
      /^<table>\nfinished 5 \{'done': 50, 'failed': 0\} \{'stiffness': /,
    )
  })
})

/** What SQLite takes for a value: whole numbers of Parquet are big. */
function plainCell(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : (value ?? null)
}
