import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { canonicalExport } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const main = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))
const examples = fileURLToPath(new URL('../examples/workers/', import.meta.url))
const source = readFileSync(join(examples, 'worker.py'), 'utf8')
const hasPython = hasPart('python3', () => hasProgram('python3', '--version'), 'workers in another language')

const twoloop = (directory: string, ...words: string[]) =>
  execa(process.execPath, [main, ...words], { cwd: directory, reject: false })

/** The example, written into a directory, with something of it replaced. */
function workerIn(directory: string, [before, after]: readonly [string, string] = ['', '']): string {
  if (!source.includes(before)) throw new Error(`the example has no ${before}`)
  const file = join(directory, 'worker.py')
  writeFileSync(file, source.replace(before, after))
  return file
}

async function check(mistake?: readonly [string, string], ...options: string[]) {
  const directory = temporaryDirectory()
  const words = ['check-worker', '--set', 'x=2', '--set', 'n=1', '--json', ...options]
  const { exitCode, stdout } = await twoloop(directory, ...words, '--', 'python3', workerIn(directory, mistake))
  const { conforms, findings } = JSON.parse(stdout) as {
    readonly conforms: boolean
    readonly findings: readonly { readonly check: string; readonly verdict: string; readonly sentences: string[] }[]
  }
  expect(exitCode).toBe(conforms ? 0 : 1)
  return { conforms, findings, told: findings.filter(({ verdict }) => verdict !== 'fine') }
}

describe.skipIf(!hasPython)('a worker in Python', () => {
  test('keeps to the protocol, check by check', async () => {
    const { findings, told } = await check(undefined, '--timeout', '5m')
    expect(told).toEqual([])
    expect(findings.map(({ check }) => check)).toEqual([
      'hello',
      'ready',
      'an individual',
      'several at once',
      'messages and keys that it does not know',
      'an individual that it cannot simulate',
      'a message that comes in parts',
      'the next segment',
      'another runner that takes over',
      'its heart',
      'being asked to leave',
      'a runner that is gone',
      'SIGTERM',
    ])
  })

  test.concurrent.each([
    ['"protocol": 1', '"protocol": 7', 'hello', 'protocol of its hello is 7; wanted 1.'],
    ['struct.pack(">Bi", 0xD2', 'struct.pack(">Bq", 0xD3', 'hello', 'wanted hello, with all that it has.'],
    [
      'self.queue += message["individuals"]',
      'self.queue += message["persons"]',
      'an individual',
      "KeyError: 'persons'",
    ],
    ['result = [key,', 'result = [[0, 0, 0, 0, 0],', 'an individual', 'which nobody has asked'],
    ['self.queue.pop(0)', 'self.queue.pop()', 'several at once', 'It did not answer in the order'],
    ['self.offset += at', 'self.offset += len(data)', 'a message that comes in parts', 'It did not give a result'],
    [
      'if not messages:\n            self.go_on()',
      'if False:\n            pass',
      'another runner that takes over',
      'It did not give a result',
    ],
    ['self.hearts.start()', 'pass', 'its heart', 'It did not give three beats of its heart within'],
    ['elif message["type"] == "stop"', 'elif message["type"] == "halt"', 'being asked to leave', 'It is still there'],
    ['> self.run_file["grace"] / 1000', '> 1e9', 'a runner that is gone', 'It is still there'],
  ])('of one with %s as %s there is to mend %s: %s', async (before, after, where, sentence) => {
    // What never comes is waited for so long; where something comes, the wait ends with it.
    const isWaitedFor = /^It (did not give|is still)/.test(sentence)
    const { told } = await check([before, after], '--timeout', isWaitedFor ? '30s' : '10m')
    const mend = told.filter(({ verdict }) => verdict === 'mend')
    expect(mend.map(({ check }) => check)).toContain(where)
    expect(mend.flatMap(({ sentences }) => sentences).join('\n')).toContain(sentence)
  })

  test('runs a whole search, with failures as they are', async () => {
    const directory = temporaryDirectory()
    workerIn(directory)
    writeFileSync(join(directory, 'worker.yaml'), readFileSync(join(examples, 'worker.yaml')))
    const exported = async (name: string, ...options: string[]) => {
      const run = await twoloop(directory, 'run', 'worker.yaml', '--name', name, ...options)
      expect(run.exitCode, run.stderr).toBe(0)
      return canonicalExport(join(directory, 'runs', name))
    }
    const canonical = await exported('two')
    expect(await exported('one', '--workers', '1', '--set', 'runner.wakeUp=poll')).toBe(canonical)
    const rows = canonical
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { parameters: { x: number }; outcome: string })
    expect(rows).toHaveLength(80)
    for (const { parameters, outcome } of rows) expect(outcome).toBe(parameters.x > 4.5 ? 'failed' : 'done')
    expect(rows.some(({ outcome }) => outcome === 'failed')).toBe(true)
    const { attempts, outputs } = await shown(directory, 'runs/two', '--individual', '0.0')
    expect({ attempts, outputs }).toMatchObject({ attempts: [{ verdict: 'accepted' }], outputs: { worker: 'python' } })
  })

  test('that gives another number of objectives fails its individuals, and is told why', async () => {
    const directory = temporaryDirectory()
    workerIn(directory, ['return [x * x', 'return [1, x * x'])
    writeFileSync(join(directory, 'worker.yaml'), readFileSync(join(examples, 'worker.yaml')))
    const { exitCode, stderr } = await twoloop(directory, 'run', 'worker.yaml')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('The worker answered with a fitness of 2 numbers, and there are 1 objectives.')
  })
})
