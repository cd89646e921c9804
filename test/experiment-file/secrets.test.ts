import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { UserFolder } from '../cli/folder.ts'

const main = join(import.meta.dirname, '../../dist/command/main.js')

test('the environment of a command, from its file or --set, is in no file that others can read, and resume finds it; all else follows the umask', () => {
  const folder = new UserFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const file = folder.write('s.json', {
    name: 's',
    optimizee: {
      command: ['/bin/sh', '-c', '[ -n "$TOKEN" ] && [ -n "$KEY" ] && echo {x}'],
      parameters: { x: { type: 'real', low: 0, high: 1 } },
      objectives: { y: 'minimize' },
      environment: { TOKEN: 'hunter2' },
    },
    optimizer: { type: 'random-search', populationSize: 1, generations: 1 },
    runner: { workers: 1 },
  })
  const twoloop = (...words: readonly string[]) =>
    execFileSync('/bin/sh', ['-c', 'umask 002; exec "$@"', 'sh', process.execPath, main, ...words], {
      cwd: folder.path,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    })
  twoloop('run', file, '--json', '--set', 'optimizee.environment.KEY=hunter3')
  const run = join(folder.path, 'runs', 's')
  const files = readdirSync(run, { recursive: true, encoding: 'utf8' })
    .map((name) => join(run, name))
    .filter((path) => statSync(path).isFile())
  const telling = files.filter((path) => /hunter[23]/.test(readFileSync(path, 'latin1'))).sort()
  expect(telling).toEqual([join(run, 'run.json'), join(run, 'settings.json')])
  for (const path of files)
    expect([path, statSync(path).mode & 0o777]).toEqual([path, telling.includes(path) ? 0o600 : 0o664])
  twoloop('resume', run, '--generations', '2')
  rmSync(join(run, 'settings.json'))
  expect(() => twoloop('resume', run, '--generations', '3')).toThrow(
    'was begun with --set optimizee.environment.KEY=...',
  )
})
