import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { MemoryWatch } from '../../src/system/process-usage.ts'
import { eventually } from '../processes.ts'

const megabytes = 2 ** 20

test('the memory of a program is that of the largest of its processes, and stays known when that has ended', async () => {
  const large = `const held = Buffer.alloc(${150 * megabytes}, 1); process.stdin.resume().on('end', () => held.length)`
  const shell = spawn('/bin/sh', ['-c', `"$0" -e "$1" && echo over; read -r _ <&3`, process.execPath, large], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  })
  using memory = new MemoryWatch(shell.pid!)
  await eventually(() => (memory.peak ?? 0) >= 150 * megabytes, 'the memory is seen')
  shell.stdin!.end()
  await once(shell.stdout!, 'data')
  memory.hint()
  expect(memory.peak).toBeGreaterThanOrEqual(150 * megabytes)
  const ended = once(shell, 'exit')
  ;(shell.stdio[3] as NodeJS.WritableStream).end()
  await ended
})

test('of a program that has ended before it was looked at nothing is known', async () => {
  const program = spawn('/bin/true')
  await once(program, 'exit')
  using memory = new MemoryWatch(program.pid!)
  memory.hint()
  expect(memory.peak).toBe(null)
})
