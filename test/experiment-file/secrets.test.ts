import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { UserFolder } from '../cli/folder.ts'

const main = join(import.meta.dirname, '../../dist/src/cli/main.js')

test('what stands in the environment of a command is in no file of its run that others can read', () => {
  const folder = new UserFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const file = folder.write('s.json', {
    name: 's',
    optimizee: {
      command: ['/bin/sh', '-c', '[ -n "$TOKEN" ] && echo {x}'],
      parameters: { x: { type: 'real', low: 0, high: 1 } },
      objectives: { y: 'minimize' },
      environment: { TOKEN: 'hunter2' },
    },
    optimizer: { type: 'design', design: { kind: 'halton', points: 1 } },
    runner: { workers: 1 },
  })
  execFileSync(process.execPath, [main, 'run', file, '--json'], { cwd: folder.path, stdio: 'ignore' })
  const run = join(folder.path, 'runs', 's')
  const files = readdirSync(run, { recursive: true, encoding: 'utf8' })
    .map((name) => join(run, name))
    .filter((path) => statSync(path).isFile())
  const telling = files.filter((path) => readFileSync(path, 'latin1').includes('hunter2'))
  expect(telling).toEqual([join(run, 'run.json')])
  expect(statSync(telling[0]!).mode & 0o077).toBe(0)
})
