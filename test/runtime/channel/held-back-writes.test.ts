import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { expect, test } from 'vitest'
import { PipeWriter } from '../../../runtime/channel/pipe-writer.ts'
import { temporaryDirectory } from '../../temporary.ts'

/** What statfs(2) says of NFS, whose client no test can rely on, and of ext4. */
const types = { nfs: 0x6969, ext4: 0xef53 }

/** What is asked of the file system when a pipe file is begun and a message is written to it, if it is of this type. */
function callsOn(type: number): string[] {
  const directory = temporaryDirectory()
  const { statfsSync, writeSync, fdatasyncSync } = fs
  const calls: string[] = []
  const traced =
    (name: string, real: (...given: never[]) => unknown) =>
    (...given: unknown[]) => {
      calls.push(name)
      return real(...(given as never[]))
    }
  Object.assign(fs, {
    statfsSync: () => ({ type }),
    writeSync: traced('writeSync', writeSync),
    fdatasyncSync: traced('fdatasyncSync', fdatasyncSync),
  })
  syncBuiltinESMExports()
  try {
    const writer = new PipeWriter(directory, 'pipe', { hello: { type: 'hello' } })
    writer.write({ i: 1 })
    writer.close()
    return calls
  } finally {
    Object.assign(fs, { statfsSync, writeSync, fdatasyncSync })
    syncBuiltinESMExports()
  }
}

test('on NFS every message is sent to the server before anybody is told of it', () => {
  expect(callsOn(types.nfs)).toEqual(['writeSync', 'fdatasyncSync', 'writeSync', 'fdatasyncSync'])
})

test('on a local disk nothing waits for it', () => {
  expect(callsOn(types.ext4)).toEqual(['writeSync', 'writeSync'])
})
