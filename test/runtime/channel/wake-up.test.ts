import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { PipeReader } from '../../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../../runtime/channel/pipe-writer.ts'
import { WakeUp } from '../../../runtime/channel/wake-up.ts'

const root = mkdtempSync(join(tmpdir(), 'twoloop-wake-up-'))
let wakeUp: WakeUp | undefined

afterEach(() => {
  vi.useRealTimers()
  wakeUp?.close()
  rmSync(root, { recursive: true, force: true })
})

/** What a reader has got when it has slept until it was woken, as often as it takes, with no timer to help it. */
function listenTo(reader: PipeReader) {
  let wake = () => {}
  let isAwake = false
  const rouse = () => {
    isAwake = true
    wake()
  }
  const listener = new WakeUp({ mode: 'events', pollInterval: 100_000_000, onWake: rouse })
  wakeUp = listener
  const got: unknown[] = []
  listener.follow(reader, reader.path)
  return async (count: number): Promise<unknown[]> => {
    while (got.length < count) {
      got.push(...reader.read())
      if (listener.follow(reader, reader.path)) rouse()
      if (got.length >= count) break
      if (!isAwake) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      isAwake = false
    }
    return got
  }
}

test('A reader that listens before there is a pipe is woken by its first message', async () => {
  const directory = join(root, 'later')
  mkdirSync(directory, { recursive: true })
  const reader = new PipeReader(directory, 'from-worker')
  const messages = listenTo(reader)(2)
  await setImmediate()
  const writer = new PipeWriter(directory, 'from-worker', { hello: 'hello' })
  writer.write('first')
  expect(await messages).toEqual(['hello', 'first'])
  writer.close()
  reader.close()
})

test('A reader is woken also by a pipe that lets it wait for long', async () => {
  const directory = join(root, 'much-later')
  mkdirSync(directory, { recursive: true })
  const reader = new PipeReader(directory, 'from-worker')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const messages = listenTo(reader)(1)
  vi.runOnlyPendingTimers() // after two seconds its folder is watched in another way,
  vi.useRealTimers()
  await import('chokidar') // which has begun by then
  await setImmediate()
  const writer = new PipeWriter(directory, 'from-worker', { hello: 'hello' })
  expect(await messages).toEqual(['hello'])
  writer.close()
  reader.close()
})

/** Listens to a pipe that comes later, in a process of its own, and says which timers keep that from its end once it has let go. */
const listener = `
  import { PipeReader } from '${new URL('../../../dist/runtime/channel/pipe-reader.js', import.meta.url)}'
  import { WakeUp } from '${new URL('../../../dist/runtime/channel/wake-up.js', import.meta.url)}'
  import { setImmediate } from 'node:timers/promises'
  const reader = new PipeReader(process.argv[1], 'from-worker')
  const wakeUp = new WakeUp({ mode: 'events', pollInterval: 100_000_000, onWake })
  wakeUp.follow(reader, reader.path)
  await import('chokidar') // a watcher that is set up behind its caller's back has it by then,
  for (let turn = 0; turn < 10; turn++) await setImmediate() // and has read the folder
  console.log('listening')
  onWake()
  function onWake() {
    if (reader.read().length === 0) return
    wakeUp.close()
    reader.close()
    console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')))
  }
`

test('Whoever has listened to pipes that came later can end at once', async () => {
  const directory = join(root, 'ended')
  mkdirSync(directory, { recursive: true })
  const child = spawn(process.execPath, ['--input-type=module', '-e', listener, directory], {
    cwd: import.meta.dirname, // where packages are found
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe('listening')
    new PipeWriter(directory, 'from-worker', { hello: 'hello' }).close()
    expect((await lines.next()).value).toBe('[]')
  } finally {
    child.kill()
  }
})

test('The last message of a burst wakes, and so does each segment that follows', async () => {
  const directory = join(root, 'segments')
  mkdirSync(directory, { recursive: true })
  const writer = new PipeWriter(directory, 'from-worker', { hello: 'hello', segmentBytes: 100 })
  const reader = new PipeReader(directory, 'from-worker')
  const upTo = listenTo(reader)
  let sent = 1
  for (let burst = 0; burst < 20; burst++) {
    for (let i = 0; i < 5; i++) {
      const { segment } = writer
      writer.write(`message ${burst}.${i}`)
      sent += 1 + (writer.segment - segment)
    }
    expect((await upTo(sent)).at(-1)).toBe(`message ${burst}.4`)
  }
  expect(writer.segment).toBeGreaterThan(10)
  writer.close()
  reader.close()
})
