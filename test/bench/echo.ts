import { PipeReader } from '../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../runtime/channel/pipe-writer.ts'
import { WakeUp } from '../../runtime/channel/wake-up.ts'
import { pollInterval } from './floors.ts'

/** The far end of a bare pipe: sends back whatever comes, until it is told to stop. */
const [directory] = process.argv.slice(2)
const writer = new PipeWriter(directory!, 'back', { hello: { type: 'hello' } })
const reader = new PipeReader(directory!, 'forth')
const wakeUp = new WakeUp({ mode: 'events', pollInterval, onWake: echo })
wakeUp.follow(reader, reader.path)

function echo(): void {
  for (const message of reader.read() as { type: string }[]) {
    if (message.type === 'stop') process.exit(0)
    if (message.type !== 'hello') writer.write(message)
  }
}
