import { PipeReader } from '../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../runtime/channel/pipe-writer.ts'
import { WakeUp } from '../../runtime/channel/wake-up.ts'
import { pollInterval } from './floors.ts'

/** The far end of the floor: answers each frame of individuals with one of results. */
const [directory] = process.argv.slice(2)
const writer = new PipeWriter(directory!, 'back', { hello: { type: 'hello' } })
const reader = new PipeReader(directory!, 'forth')
const wakeUp = new WakeUp({ mode: 'events', pollInterval, onWake: answer })
wakeUp.follow(reader, reader.path)

interface Frame {
  readonly type: string
  readonly individuals: readonly (readonly [number, number, readonly [number, number]])[]
}

function answer(): void {
  for (const { type, individuals } of reader.read() as Frame[]) {
    if (type === 'stop') process.exit(0)
    if (type !== 'simulate') continue
    const results = individuals.map(([number, seed, [x, y]]) => [number, seed, [x, y], x * x + y * y])
    writer.write({ type: 'done', results })
  }
}
