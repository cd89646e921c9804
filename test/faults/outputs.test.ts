import { spawnSync } from 'node:child_process'
import { chownSync, closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requireTrust } from '../../src/cli/trust.ts'
import { hasPart } from '../parts.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const hasFull = hasPart('/dev/full', () => existsSync('/dev/full'), 'output that takes nothing')
const isRoot = hasPart('the right to give files away', () => process.getuid?.() === 0, 'runs of other users')

function experiment(root: string): string {
  const file = join(root, 'experiment.yaml')
  writeFileSync(
    file,
    `name: spring
optimizee:
  command: [sh, -c, 'echo "$1"', sh, "{x}"]
  parameters: { x: { type: real, low: 0, high: 1 } }
  result: { from: stdout }
  objectives: { cost: minimize }
optimizer: { type: genetic-algorithm, populationSize: 4, generations: 2, seed: 3 }
runner: { workers: 1 }
`,
  )
  return file
}

function twoloop(args: readonly string[], cwd: string, { stdout = 'pipe', stderr = 'pipe' }: Outputs = {}) {
  return spawnSync(process.execPath, [join(build, 'command/main.js'), ...args], {
    cwd,
    stdio: ['ignore', stdout, stderr],
    encoding: 'utf8',
  })
}

interface Outputs {
  readonly stdout?: number | 'pipe'
  readonly stderr?: number | 'pipe'
}

test.runIf(hasFull)('a search that has ended has ended, also where standard output or error takes nothing', () => {
  const root = temporaryDirectory()
  const file = experiment(root)
  const full = openSync('/dev/full', 'w')
  const told = twoloop(['run', file, '--name', 'a'], root, { stdout: full })
  expect(told.stderr).toMatch(/ENOSPC/)
  expect(told.status).toBe(0)
  expect(twoloop(['run', file, '--name', 'b', '--json'], root, { stdout: full, stderr: full }).status).toBe(0)
  expect(twoloop(['show', 'runs/a', '--json'], root).stdout).toMatch(/"status": "finished"/)
  const shown = twoloop(['show', 'runs/a'], root, { stdout: full })
  expect(shown.stderr).toMatch(/^twoloop: standard output cannot be written to: ENOSPC/)
  expect(shown.status).toBe(1) // it had nothing else to do
  closeSync(full)
})

test.runIf(isRoot)('what the run of another user names is executed only if that user is trusted', () => {
  const root = temporaryDirectory()
  expect(twoloop(['run', experiment(root)], root).status).toBe(0)
  chownSync(join(root, 'runs/spring/trajectory.sqlite'), 12_345, 12_345)
  const [resume, replay] = [
    ['resume', 'runs/spring', '--generations', '3'],
    ['replay', 'runs/spring', '0.1'],
  ]
  for (const command of [resume!, replay!]) {
    const refused = twoloop(command, root)
    expect(refused.stderr).toMatch(/belongs to user 12345, and you are .*add --trust if you trust that user\.\n$/)
    expect(refused.status).toBe(2)
    expect(twoloop([...command, '--trust'], root).status).toBe(0)
  }
})

test.runIf(isRoot).each(['trajectory.sqlite', 'run.json', 'optimizee.mjs', 'settings.json'])(
  'a run of mine in which %s is of another user is theirs, too',
  (name) => {
    const run = temporaryDirectory()
    writeFileSync(join(run, name), '')
    requireTrust(run, 'it would be executed')
    chownSync(join(run, name), 12_345, 12_345)
    expect(() => requireTrust(run, 'it would be executed')).toThrow(`${name} belongs to user 12345, and you are`)
    requireTrust(run, 'it would be executed', true)
  },
)
