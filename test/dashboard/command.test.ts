import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../temporary.ts'
import { writeRun } from './written-run.ts'

const main = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))

/** The command as users have it, and its output until that has a certain line. */
function serve(cwd: string, ...args: string[]) {
  const serving = execa(process.execPath, [main, 'dashboard', ...args], { cwd, reject: false })
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    let text = ''
    for await (const chunk of serving.stdout!) {
      text += chunk
      const found = pattern.exec(text)
      if (found) return found
    }
    throw new Error(`it ended and had printed ${text}`)
  }
  return { serving, printed }
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the command prints an address that opens the page, ends with %s and leaves nothing',
  async (signal) => {
    const root = temporaryDirectory()
    writeRun(root, { name: 'run', generations: 1, populationSize: 2 })
    const { serving, printed } = serve(root, '.')
    const [address] = await printed(/http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/)
    const opened = await fetch(address, { redirect: 'manual' })
    expect(opened.status).toBe(303)
    // A stream that is open keeps nothing from ending.
    const cookie = opened.headers.get('set-cookie')!.split(';')[0]!
    const live = await fetch(new URL('/api/live?run=0', address), { headers: { cookie } })
    expect(live.headers.get('content-type')).toBe('text/event-stream')
    serving.kill(signal)
    expect(await serving).toMatchObject({ exitCode: 0, stderr: '' })
  },
)

test('a socket is removed at the end, and what is wrong is one sentence and 2', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'run', generations: 1, populationSize: 2 })
  const socket = join(root, 'page.sock')
  const { serving, printed } = serve(root, 'run', '--socket', 'page.sock')
  await printed(/ssh -N -L 8123:\/.*page\.sock /)
  expect(existsSync(socket)).toBe(true)
  serving.kill('SIGINT')
  expect((await serving).exitCode).toBe(0)
  expect(existsSync(socket)).toBe(false)
  for (const [args, sentence] of [
    [['nowhere'], 'twoloop: there is no directory nowhere; wanted a run directory or a directory of runs'],
    [
      ['run', '--port', '1', '--socket', 'x'],
      'twoloop: --port and --socket are two places to serve at; give one of the two',
    ],
  ] as const) {
    const { exitCode, stderr } = await serve(root, ...args).serving
    expect([exitCode, stderr]).toEqual([2, sentence])
  }
})
