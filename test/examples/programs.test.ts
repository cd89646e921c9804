import { execFileSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command, shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const twoloop = (directory: string, ...words: string[]) =>
  execFileSync(process.execPath, [join(build, 'command/main.js'), ...words], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** How the same simulation is started in each language, what it needs, and what is done before. */
const languages = [
  {
    language: 'Python',
    program: '[python3, paraboloid.py]',
    needs: ['python3', '--version'],
    prepare: async (directory: string) =>
      writeFileSync(join(directory, 'twoloop.py'), (await command(['python'])).stdout),
  },
  { language: 'Perl', program: '[perl, paraboloid.pl]', needs: ['perl', '-MJSON::PP', '-e', '1'] },
  {
    language: 'C++',
    program: '[./paraboloid]',
    needs: ['g++', '--version'],
    prepare: (directory: string) =>
      execFileSync('g++', ['-O1', '-o', 'paraboloid', 'paraboloid.cpp'], { cwd: directory }),
  },
  { language: 'R', program: '[Rscript, paraboloid.R]', needs: ['Rscript', '--version'] },
] as const

for (const { language, program, needs, ...more } of languages) {
  const isThere = hasPart(
    needs[0],
    () => hasProgram(needs[0], ...needs.slice(1)),
    `the example of a program in ${language} that stays`,
  )
  test.skipIf(!isThere)(
    `the example in ${language} is fitted, and keeps to the protocol without a remark`,
    async () => {
      const directory = temporaryDirectory()
      cpSync(join(import.meta.dirname, 'programs'), directory, { recursive: true })
      if ('prepare' in more) await more.prepare(directory)
      twoloop(
        directory,
        'run',
        'paraboloid.yaml',
        '--set',
        `optimizee.program=${program}`,
        '--set',
        'optimizee.ready=10m',
      )
      const { best, evaluations } = await shown(directory, 'runs/paraboloid')
      expect(evaluations).toEqual({ done: 800, failed: 0 })
      expect(best.fitness[0]).toBeLessThan(1e-3)
      const started = program.slice(1, -1).split(', ')
      const set = ['--set', 'x=1', '--set', 'y=2', '--timeout', '10m']
      const { findings } = JSON.parse(twoloop(directory, 'check-program', ...set, '--json', '--', ...started))
      for (const finding of findings) expect(finding).toMatchObject({ verdict: 'fine' })
    },
  )
}
