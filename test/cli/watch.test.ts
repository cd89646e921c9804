import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { Individual } from '../../src/core/individual.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { writeRun } from '../dashboard/written-run.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { temporaryDirectory } from '../temporary.ts'

const main = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))

const hasTerminal = hasPart(
  'script',
  () => hasProgram('script'),
  'what a command draws in a terminal (Debian: bsdutils)',
)

/** A program and what it prints, until that has a certain text; what came before is not looked at again. */
function start(file: string, args: readonly string[]) {
  const started = execa(file, args, { reject: false, stdin: 'pipe' })
  let text = ''
  const waiting: (() => void)[] = []
  started.stdout.on('data', (chunk) => {
    text += chunk
    for (const look of waiting.splice(0)) look()
  })
  const printed = async (wanted: RegExp): Promise<string> => {
    while (!wanted.test(text)) {
      await Promise.race([
        new Promise<void>((resolve) => waiting.push(resolve)),
        started.then(() => Promise.reject(new Error(`it ended and had printed ${text}`))),
      ])
    }
    return text
  }
  return { started, printed }
}

/** One individual more, as a runner that goes on would have it. */
function evaluateOneMore(directory: string): void {
  const record = RecordWriter.openForWriting(directory)
  const id = { generation: 1, index: 0, replicate: 0 }
  record.addGeneration(1, [{ individual: new Individual(id, { x: 0.5, y: 0.5 }, 1), after: 3 }])
  record.commit({
    attempts: [{ individual: id, epoch: 1, attempt: 1, worker: 1, verdict: 'accepted', fitness: [0.001] }],
    reports: [],
    positions: [],
  })
  record.close()
}

test.each([
  ['in words', [], /^run: finished, generations 1 of 1, 3 done, best cost \S+ \(individual 0\.\d\)\n$/],
  ['as JSON', ['--json'], /^\{"name":"run",.*"status":"finished".*\}\n$/],
] as const)('a run that has ended is one line %s, and the watching ends', async (_, options, line) => {
  const run = writeRun(temporaryDirectory(), { name: 'run', generations: 1, populationSize: 3 })
  const { exitCode, stdout } = await execa(process.execPath, [main, 'status', run, '--watch', ...options])
  expect([exitCode, `${stdout}\n`]).toEqual([0, expect.stringMatching(line)])
})

test('where no terminal is, every change of a run is a line, until the watching is stopped', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'other', generations: 1, populationSize: 2 })
  const run = writeRun(root, { name: 'run', generations: 1, populationSize: 3 })
  const { started, printed } = start(process.execPath, [main, 'status', root, '--watch'])
  await printed(/^run: .*3 done.*\n/m)
  evaluateOneMore(run)
  const text = await printed(/^run: .*4 done.*best cost 0\.001 .*\n/m)
  expect(text.match(/^other: /gm)).toHaveLength(1)
  started.kill('SIGINT')
  expect(await started).toMatchObject({ exitCode: 0, stderr: '' })
})

test.runIf(hasTerminal)('in a terminal what is shown is drawn anew on a screen of its own, until q', async () => {
  const root = temporaryDirectory()
  const run = writeRun(root, { name: 'run', generations: 1, populationSize: 3 })
  const command = `${process.execPath} ${main} status ${root} --watch`
  const { started, printed } = start('script', ['-qefc', `stty cols 100 rows 30; ${command}`, '/dev/null'])
  await printed(/run +finished +1 of 1 +3 [\s\S]*q or Ctrl-C ends the watching, not the run\./)
  evaluateOneMore(run)
  const text = await printed(/run +finished +2 +4 /)
  expect(text.startsWith('\x1b[?1049h')).toBe(true)
  started.stdin.write('q')
  const { exitCode, stdout } = await started
  expect(exitCode).toBe(0)
  const [, after] = stdout.split('\x1b[?1049l')
  expect(after).toMatch(/run +finished +2 +4 /) // the last look stays
})
