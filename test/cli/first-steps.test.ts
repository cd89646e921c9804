import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { starters } from '../../src/cli/starters/index.ts'
import { experimentJsonSchema } from '../../src/experiment-file/json-schema.ts'
import { command } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const main = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))

function twoloop(cwd: string, ...args: string[]) {
  return execa(process.execPath, [main, ...args], { cwd, reject: false })
}

function isThere(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

test.each(Object.keys(starters))(
  'a first project in %s runs at once, and finds how the cup cools',
  async (language) => {
    const folder = temporaryDirectory()
    const made = await command(['init', 'cup', '--language', language, '--json'], { cwd: folder })
    const { needs, files } = JSON.parse(made.stdout) as { needs: string | null; files: string[] }
    const place = join(folder, 'cup')
    expect(readdirSync(place).sort()).toEqual([...files].sort())
    const [first] = readFileSync(join(place, 'experiment.yaml'), 'utf8').split('\n')
    const schema = first!.replace('# yaml-language-server: $schema=', '')
    const path = isAbsolute(schema) ? schema : resolve(place, schema)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(experimentJsonSchema())))
    if (needs !== null && !isThere(needs)) return // Julia is in few distributions
    const run = await twoloop(place, 'run', 'experiment.yaml', '--generations', '4', '--json')
    expect(run.exitCode).toBe(0)
    const { best } = JSON.parse(run.stdout) as { best: { fitness: Record<string, number> | number[] } }
    expect(Object.values(best.fitness)[0]).toBeLessThan(5) // at random it is some twenty degrees
  },
)

test('a first project overwrites nothing', async () => {
  const folder = temporaryDirectory()
  mkdirSync(join(folder, 'mine'))
  writeFileSync(join(folder, 'mine/notes'), 'dear')
  writeFileSync(join(folder, 'file'), '')
  const init = (...words: string[]) => command(['init', ...words], { cwd: folder })
  const refused = await init('mine')
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    'twoloop: mine has content (notes); wanted a new directory, or one that is empty',
  ])
  expect((await init('file')).stderr).toBe('twoloop: file is no directory; wanted a new one')
  expect((await init('other', '--language', 'cobol')).exitCode).toBe(2)
  for (const [name, sentence] of [
    ['', 'twoloop: wanted the name of a directory, got an empty one'],
    ['red\u001b[31m', 'twoloop: wanted the name of a directory without control characters, got "red\\u001b[31m"'],
    ['/proc/nowhere/mine', 'twoloop: cannot make the directory /proc/nowhere (ENOENT); give another place'],
  ] as const) {
    const came = await init(name)
    expect([came.exitCode, came.stderr]).toEqual([2, sentence])
  }
  expect(readdirSync(folder)).toEqual(['file', 'mine'])
  expect(readdirSync(join(folder, 'mine'))).toEqual(['notes'])
})

test('a shell is told the commands, options, choices, runs and individuals that may stand next', async () => {
  const root = temporaryDirectory()
  await search({ optimizee: 'recorded', root: join(root, 'runs'), name: 'mine', populationSize: 30, generations: 1 })
  const offered = async (...words: string[]) => {
    const { stdout } = await twoloop(root, 'complete', '--', ...words)
    return stdout.split('\n').flatMap((line) => (line.startsWith(':') ? [] : [line.split('\t')[0]]))
  }
  expect(await offered('res')).toEqual(['resume'])
  expect(await offered('export', '--format', 'p')).toEqual(['parquet'])
  for (const command of ['show', 'dashboard', 'status']) expect(await offered(command, '')).toEqual(['runs/mine'])
  expect((await offered('logs', 'runs/mine', '')).length).toBe(20)
  const ofTwenties = Array.from({ length: 10 }, (_, i) => `0.2${i}`)
  expect((await offered('logs', 'runs/mine', '0.2')).sort()).toEqual(['0.2', ...ofTwenties])
})

test('completion is for the shells that are said', async () => {
  const { exitCode, stderr } = await command(['completion', 'powershell'])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Allowed choices are bash, zsh, fish')])
})

test.each(['bash', 'zsh', 'fish'])('the completion for %s is a script of that shell', async (shell) => {
  const directory = temporaryDirectory()
  const { stdout, exitCode } = await twoloop(directory, 'completion', shell)
  expect([exitCode, stdout.includes('twoloop')]).toEqual([0, true])
  const script = join(directory, 'script')
  writeFileSync(script, stdout)
  if (isThere(shell)) execFileSync(shell, ['-n', script])
})

// fish alone completes a line without a terminal.
test.runIf(hasPart('fish', () => hasProgram('fish'), 'completion of a line as that shell does it (Debian: fish)'))(
  'fish completes commands by the script that it was given',
  async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'script.fish'), (await twoloop(directory, 'completion', 'fish')).stdout)
    writeFileSync(join(directory, 'twoloop'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 })
    const lines = 'source script.fish; complete -C "twoloop res"; complete -C "twoloop export --format p"'
    const { stdout } = await execa('fish', ['--no-config', '-c', lines], {
      cwd: directory,
      env: { PATH: `${directory}:${process.env.PATH}`, HOME: directory },
    })
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['resume', 'parquet'])
  },
)
