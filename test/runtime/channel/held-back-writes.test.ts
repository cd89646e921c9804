import { beforeEach, expect, test, vi } from 'vitest'
import { PipeWriter } from '../../../runtime/channel/pipe-file.ts'
import { temporaryDirectory } from '../../temporary.ts'

/** What statfs(2) says of NFS, whose client no test can rely on, and of ext4. */
const types = { nfs: 0x6969, ext4: 0xef53 }
const { calls, system } = vi.hoisted(() => ({ calls: [] as string[], system: { type: 0 } }))

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const traced = (name: 'writeSync' | 'fdatasyncSync') => (descriptor: number, bytes: Buffer, offset?: number) => {
    calls.push(name)
    return name === 'writeSync' ? real.writeSync(descriptor, bytes, offset) : real.fdatasyncSync(descriptor)
  }
  return {
    ...real,
    statfsSync: () => system,
    writeSync: traced('writeSync'),
    fdatasyncSync: traced('fdatasyncSync'),
  }
})

beforeEach(() => {
  calls.length = 0
})

function write(type: number): string[] {
  system.type = type
  const writer = new PipeWriter(temporaryDirectory(), 'pipe', { hello: { type: 'hello' } })
  writer.write({ i: 1 })
  writer.close()
  return calls
}

test('on NFS every message is sent to the server before anybody is told of it', () => {
  expect(write(types.nfs)).toEqual(['writeSync', 'fdatasyncSync', 'writeSync', 'fdatasyncSync'])
})

test('on a local disk nothing waits for it', () => {
  expect(write(types.ext4)).toEqual(['writeSync', 'writeSync'])
})
