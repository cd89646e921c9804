import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { CommandOptions } from '../../optimizees/command/options.ts'
import { childrenOf, isRunning, kill, killLeft, pidsIn, until } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'twoloop-host-'))
const place = (name: string) => join(folder, name)
const source = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const fixture = (name: string) => source(`../fixtures/commands/${name}.mjs`)
const compiled = new URL('../../dist/optimizees/command/command.js', import.meta.url)

const hosts: ChildProcess[] = []
afterAll(() => hosts.forEach((host) => void host.kill('SIGKILL')))
afterAll(killLeft)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A process of its own that runs one command, as a worker does: its standard output and error are files. */
function startHost(name: string, ...args: string[]): ChildProcess {
  return startHostOf([process.execPath, fixture(name), ...args])
}

function startHostOf(command: readonly string[]): ChildProcess {
  const options: CommandOptions = {
    command,
    parameters: [['x', { type: 'real', low: 0, high: 1 }]],
    objectives: { error: 'minimize' },
    result: { from: 'stdout' },
  }
  const output = openSync(place('output'), 'w')
  const host = spawn(process.execPath, ['--expose-gc', fixture('host'), compiled.href, JSON.stringify(options)], {
    stdio: ['ignore', output, output, 'ipc'],
  })
  closeSync(output)
  hosts.push(host)
  return host
}

async function saidBy(host: ChildProcess): Promise<{ readonly result: unknown; readonly most: number }> {
  const ended = once(host, 'exit').then(() => {
    throw new Error(`the host ended early: ${readFileSync(place('output'), 'latin1').slice(-500)}`)
  })
  const [said] = await Promise.race([once(host, 'message'), ended])
  return said
}

test('a command does not outlive a worker that is killed, and neither does what it has started', async () => {
  const pidFile = place('pids')
  const host = startHost('leave-grandchild', pidFile, 'stay')
  const pids = [...(await pidsIn(pidFile)), ...childrenOf(host.pid!)]
  expect(new Set(pids).size).toBeGreaterThanOrEqual(3) // the command, its child, the guardian, and where there is Perl the starter
  expect(pids.every(isRunning)).toBe(true)
  host.kill('SIGKILL')
  await until(() => !pids.some(isRunning))
})

test('a command that left its process group does not outlive a worker that is killed together with all its children', async () => {
  const pidFile = place('scattered')
  const host = startHostOf(['sh', source('../fixtures/commands/scatter.sh'), pidFile, 'stay'])
  const [command, marked, bare] = await pidsIn(pidFile)
  expect([command, marked, bare].every((pid) => isRunning(pid!))).toBe(true)
  const children = childrenOf(host.pid!).filter((pid) => pid !== command)
  expect(children.length).toBeGreaterThanOrEqual(1)
  for (const pid of [...children, host.pid!]) kill(pid)
  await until(() => !isRunning(command!) && !isRunning(marked!))
})

test('a worker ends by itself after a command, and with it its guardian and what starts its commands', async () => {
  const host = startHost('print-much', '1', '[1]')
  await saidBy(host)
  const children = childrenOf(host.pid!)
  expect(children.length).toBeGreaterThanOrEqual(1)
  host.send('go on')
  await until(() => host.exitCode !== null)
  expect(host.exitCode).toBe(0)
  await until(() => !children.some(isRunning))
})

test('all that a command prints is passed on, and little of it is held in memory', async () => {
  const host = startHost('print-much', '64', '[1]')
  const said = await saidBy(host)
  host.send('go on')
  await once(host, 'exit')
  expect(said.result).toEqual([1])
  expect(said.most).toBeLessThan(32 * 2 ** 20)
  expect(statSync(place('output')).size).toBe(64 * 2 ** 20 + '[1]'.length)
  const text = readFileSync(place('output'), 'latin1')
  expect(text.slice(-64 - 3, -3)).toBe(`${String((64 * 2 ** 20) / 64 - 1).padEnd(63, '.')}\n`)
})
