import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import command from '../../optimizees/command/command.ts'
import type { CommandOptions } from '../../optimizees/command/options.ts'
import { contextOf, individual } from './context.ts'

const folder = mkdtempSync(join(tmpdir(), 'twoloop-files-'))
const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
afterAll(() => printed.mockRestore())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

mkdirSync(join(folder, 'tables'))
writeFileSync(join(folder, 'tables', 'a.txt'), '40\n')
writeFileSync(join(folder, 'mesh.dat'), '2\n')
writeFileSync(join(folder, 'beam.inp'), 'width={x} {{ seed={seed} }}\n')
writeFileSync(join(folder, 'model.json'), '{ "width": << x >> }\n')

function shell(script: string, more: Partial<CommandOptions> = {}) {
  return command({
    command: ['/bin/sh', '-c', '{script}'],
    parameters: [
      ['x', { type: 'real', low: -1, high: 1 }],
      ['script', { type: 'choice', values: [script] }],
    ],
    objectives: { error: 'minimize' },
    result: { from: 'stdout' },
    workingDirectory: folder,
    ...more,
  })
}

async function simulate(script: string, more: Partial<CommandOptions> = {}, { x = 0.5, seed = 5, own = 'own' } = {}) {
  const one = individual<Record<string, unknown>>({ x, script }, { seed })
  const path = join(folder, own)
  const directory = () => {
    mkdirSync(path, { recursive: true })
    return path
  }
  return shell(script, more).simulate(one, contextOf(one, { directory }))
}

test('a command with templates and files runs in its own directory, where they stand', async () => {
  const script = 'cat beam.inp mesh.dat tables/a.txt >all.txt; echo 1'
  const options = { templates: ['beam.inp'], files: ['mesh.dat', 'tables/'], keep: 'always' } as const
  expect(await simulate(script, options, { own: 'first' })).toBe(1)
  expect(readFileSync(join(folder, 'first', 'all.txt'), 'utf8')).toBe('width=0.5 { seed=5 }\n2\n40\n')
  expect(await simulate(script, options, { own: 'first' })).toBe(1) // another attempt finds them there
  expect(readFileSync(join(folder, 'beam.inp'), 'utf8')).toContain('{x}')
})

test.each([
  ['a template', { templates: ['tables/a.txt'] }, 'tables/a.txt'],
  ['a link', { files: ['tables/', 'tables/a.txt'] }, 'tables/a.txt'],
  ['the input', { input: { file: 'tables/params.json' } }, 'tables/params.json'],
  ['a result', { result: { from: 'file', path: './tables/out.json' } }, 'tables/out.json'],
] as const)(
  "%s in a folder that is linked is refused: it would be written over what is the user's",
  (_, more, inside) => {
    expect(() => shell('', { files: ['tables/'], ...more })).toThrow(
      `${inside} would be written to ${join(folder, 'tables')} itself, since tables is linked as a whole`,
    )
  },
)

test('the folder of the experiment file is not linked as a whole: there is no name for it', () => {
  for (const file of ['.', './']) {
    expect(() => shell('', { files: [file] })).toThrow(
      `${folder} cannot be linked in itself; name what is needed in it`,
    )
  }
})

test('an input file that is not in the directory of the individual, or takes the place of another, is refused', () => {
  for (const file of ['/tmp/params.json', 'a/../../params.json']) {
    expect(() => shell('', { input: { file } })).toThrow(
      `the input file ${file} needs to be in the individual's directory, which each has for itself`,
    )
  }
  expect(() => shell('', { files: ['mesh.dat'], input: { file: './mesh.dat' } })).toThrow(
    'the input file ./mesh.dat would take the place of a template or linked file of that name',
  )
})

test('a file full of braces has other marks', async () => {
  const templates = [{ file: 'model.json', marks: ['<<', '>>'] }] as const
  expect(await simulate('echo "$(cat model.json | tr -dc 0-9.)"', { templates })).toBe(0.5)
  expect(() => shell('', { templates: ['model.json'] })).toThrow('marks: ["<<", ">>"]')
  const misspelt = [{ file: 'beam.inp', marks: ['width={', '}'] }] as const
  expect(() => shell('', { templates: misspelt })).not.toThrow()
})

test('parameters come as JSON in a file, or on standard input', async () => {
  expect(
    await simulate('cat params.json', { input: { file: 'params.json' }, objectives: { x: 'minimize' } }),
  ).toMatchObject({ x: 0.5 })
  expect(await simulate('cat', { input: 'stdin', objectives: { x: 'minimize' } })).toMatchObject({ x: 0.5 })
  expect(await simulate('echo 3', { input: 'stdin' })).toBe(3) // it need not be read
})

test('the directory of an individual stays as is asked for', async () => {
  const templates = ['beam.inp']
  const isLeft = async (script: string, keep: CommandOptions['keep'], own: string) => {
    await simulate(script, { templates, keep }, { own }).then(
      () => {},
      () => {},
    )
    return existsSync(join(folder, own))
  }
  expect(await isLeft('echo 1', undefined, 'a')).toBe(false)
  expect(await isLeft('exit 1', undefined, 'b')).toBe(true)
  expect(await isLeft('exit 1', 'never', 'c')).toBe(false)
  expect(await isLeft('echo 1', 'always', 'd')).toBe(true)
})

test('results come by name from what was printed and from files', async () => {
  const names = {
    error: '^error = (\\S+)',
    stress: { file: 'out.csv', column: 'sxx', take: 'largest' },
    note: { file: 'note.txt', pattern: '.+' },
  } as const
  const script =
    'echo "error = 1.0D-3"; echo done; printf "t,sxx\\n0,1.5\\n1,nan\\n" >out.csv; echo "all well" >note.txt'
  expect(await simulate(script, { result: { from: 'names', names } })).toEqual({
    error: 0.001,
    stress: Number.NaN,
    note: 'all well',
  })
  const failed = simulate('echo x', { result: { from: 'names', names: { error: '^error = (\\S+)' } } })
  await expect(failed).rejects.toThrow('The result error is not in standard output: nothing matches ^error = (\\S+).')
})

test('lines of setup make the environment, once for all commands of a worker', async () => {
  const setup = ['echo setting up', `echo x >>${join(folder, 'setups')}`, 'export GREETING="a', 'b"']
  const optimizee = shell('[ "$GREETING" = "$(printf "a\\nb")" ] && echo 1', { setup })
  for (const index of [1, 2]) {
    const one = individual<Record<string, unknown>>(
      { x: 0, script: '[ "$GREETING" = "$(printf "a\\nb")" ] && echo 1' },
      { index },
    )
    expect(await optimizee.simulate(one, contextOf(one))).toBe(1)
  }
  expect(readFileSync(join(folder, 'setups'), 'utf8')).toBe('x\n')
  await expect(simulate('echo 1', { setup: ['false'] })).rejects.toThrow(
    'The lines of setup ended with exit code 1: false.',
  )
})

test('seeds are below what a program takes, and negative numbers have no exponent', async () => {
  const tell = (x: number) =>
    shell('', {
      command: ['/bin/sh', '-c', 'echo "[\\"$0\\", \\"$1\\"]"', '{seed}', '{x}'],
      seeds: { below: 1000 },
    }).simulate(individual<Record<string, unknown>>({ x, script: '' }, { seed: 2 ** 40 + 7 }), contextOf({ seed: 1 }))
  expect(await tell(-7.6e-7)).toEqual([String((2 ** 40 + 7) % 1000), '-0.00000076'])
  expect(await tell(-1.25e21)).toEqual([expect.any(String), '-1250000000000000000000'])
  expect(await tell(7.6e-7)).toEqual([expect.any(String), '7.6e-7'])
})
