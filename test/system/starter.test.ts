import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { type StartOptions, startProgram } from '../../src/system/starter.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { eventually, killProcessesNaming } from '../processes.ts'
import { temporaryDirectory } from '../temporary.ts'

const hasPerl = hasPart('perl', () => process.platform === 'linux' && hasProgram('perl'), 'how commands are started')

async function start(command: readonly string[], options: Partial<StartOptions> = {}) {
  const started = await startProgram(command, { environment: {}, workingDirectory: undefined, ...options })
  if (!started) throw new Error('there should be a starter, and it should be free')
  return started
}

/** What a program prints, and how it ends. */
async function run(script: string, options: Partial<StartOptions> = {}) {
  const { group, stdout } = await start(['/bin/sh', '-c', script], options)
  const [printed, end] = await Promise.all([text(stdout), group.ended])
  return { printed, end }
}

test.skipIf(!hasPerl)(
  'a program that a starter starts is in a group, a folder and an environment of its own',
  async () => {
    const folder = temporaryDirectory()
    const script = 'pwd; echo "$COLOUR $$"; cut -d" " -f5 /proc/self/stat; cat; echo more > /dev/stdout'
    const told = { environment: { COLOUR: 'grün\n' }, workingDirectory: folder, input: 'given' }
    const { printed, end } = await run(script, told)
    const [where, colour, pid, group, rest] = printed.split(/[ \n]+/)
    expect([where, colour, rest]).toEqual([folder, 'grün', 'givenmore'])
    expect(group).toBe(pid)
    expect(end).toEqual({ exitCode: 0 })
    const next = await run('printenv COLOUR || echo none; cat')
    expect(next.printed).toBe('none\n')
  },
)

test.skipIf(!hasPerl).each([
  ['exit 137', { exitCode: 137 }],
  ['kill -9 $$', { signal: 'SIGKILL' }],
  ['kill -TERM $$', { signal: 'SIGTERM' }],
])('a program that does %s has ended so', async (script, end) => {
  expect((await run(script)).end).toEqual(end)
})

test.skipIf(!hasPerl)('a signal to all processes is heard by the program, and how that ends by who asks', async () => {
  const { printed, end } = await run(
    'trap "echo told; exit 3" TERM; kill -TERM $PPID; sleep 0.1; kill -TERM $$; sleep 60',
  )
  expect([printed, end]).toEqual(['told\n', { exitCode: 3 }])
})

test.skipIf(!hasPerl)('a program that cannot be started says why, and the next one can', async () => {
  await expect(start(['no-such-program'])).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(start(['/etc/passwd'])).rejects.toMatchObject({ code: 'EACCES' })
  await expect(start(['true'], { workingDirectory: '/nowhere' })).rejects.toMatchObject({ code: 'ENOENT' })
  expect((await run('echo on')).printed).toBe('on\n')
})

test.skipIf(!hasPerl)('a starter that is at work or is not there leaves a program to others', async () => {
  const { group, stdout } = await start(['cat', '/dev/zero'])
  stdout.resume()
  expect(await startProgram(['true'], { environment: {}, workingDirectory: undefined })).toBe(undefined)
  group.end()
  expect(await group.ended).toEqual({ signal: 'SIGTERM' })
  if (!stdout.closed) await once(stdout, 'close')
  expect(await startProgram(['true', '\0'], { environment: {}, workingDirectory: undefined })).toBe(undefined)
})

test.skipIf(!hasPerl)('what a program leaves behind is gone when its end is told, whatever it has left', async () => {
  const leave = `env -i setsid sh -c 'echo $$ > left; exec sleep 600' & while [ ! -s left ]; do sleep 0.01; done; cat left`
  const { printed, end } = await run(leave, { workingDirectory: temporaryDirectory() })
  expect(end).toEqual({ exitCode: 0 })
  expect(() => process.kill(Number(printed), 0)).toThrow('ESRCH')
})

test.skipIf(!hasPerl)('what a program orphans and what ends before it does is no zombie while it runs', async () => {
  const dead = `for p in $(cat /proc/$PPID/task/$PPID/children); do grep -qs ') Z' /proc/$p/stat && return; done; false`
  const script = `(true & true & true &); dead() { ${dead}; }; for i in $(seq 3000); do dead || break; sleep 0.05; done; dead || echo none`
  expect(await run(script)).toEqual({ printed: 'none\n', end: { exitCode: 0 } })
})

test.skipIf(!hasPerl)(
  'a program ends with the process that asked for it, also where its guardians end before it',
  async () => {
    const code = `
    const { startProgram } = await import(${JSON.stringify(new URL('../../dist/src/system/starter.js', import.meta.url).href)})
    const { group } = await startProgram(['sleep', '600'], { environment: {}, workingDirectory: undefined })
    console.log(group.pid)
    await group.ended`
    const asker = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(asker.stdout, 'data')) as [Buffer]
    const program = Number(line)
    const [, owner] = /TWOLOOP_GROUP=([^.]+)\./.exec(readFileSync(`/proc/${program}/environ`, 'latin1'))!
    killProcessesNaming(`guardian TWOLOOP_GROUP=${owner}`)
    asker.kill('SIGKILL')
    await eventually(() => !existsSync(`/proc/${program}`), 'the program ends')
  },
)

test('without Perl commands run as well', () => {
  const code = `
    const { default: command } = await import(${JSON.stringify(new URL('../../dist/optimizees/command/command.js', import.meta.url).href)})
    const one = command({ command: ['/bin/echo', '{x}'], parameters: [['x', { type: 'real', low: 0, high: 1 }]],
      objectives: { error: 'minimize' }, result: { from: 'stdout' } })
    const individual = { generation: 0, index: 0, replicate: 0, seed: 1, parameters: { x: 0.5 } }
    const context = { signal: new AbortController().signal, attempt: 1, account() {} }
    for (let i = 0; i < 2; i++) console.log('result', await one.simulate(individual, context))`
  const environment = { PATH: '/nowhere' }
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    env: environment,
    encoding: 'utf8',
  })
  expect(printed).toBe('0.5\nresult 0.5\n0.5\nresult 0.5\n')
})
