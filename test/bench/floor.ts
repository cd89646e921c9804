import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PipeReader } from '../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../runtime/channel/pipe-writer.ts'
import { WakeUp } from '../../runtime/channel/wake-up.ts'
import { openDatabase } from '../../src/system/database.ts'
import { pollInterval } from './floors.ts'

/**
 * The least that recorded individuals can cost, as a program: pipe files to two other processes and back, msgpack, and
 * one row of a database for each. Nothing can be lost here, blamed, restarted or resumed.
 */
const [root, count] = process.argv.slice(2)
const individuals = Number(count)
const inFrame = 64
const ahead = 4 * inFrame

const database = openDatabase(join(root!, 'floor.sqlite'))
database.exec('create table rows (number integer primary key, seed integer, parameters text, fitness real)')
const insert = database.prepare('insert into rows values (?, ?, ?, ?)')

let asked = 0
let stored = 0

type Answer = {
  readonly type: string
  readonly results: readonly (readonly [number, number, readonly number[], number])[]
}

/** One of the two processes, with what it has still to answer. */
class Far {
  readonly #writer: PipeWriter
  readonly #reader: PipeReader
  readonly #wakeUp: WakeUp
  readonly ended: Promise<unknown>
  #pending = 0

  constructor(directory: string) {
    mkdirSync(directory)
    this.#writer = new PipeWriter(directory, 'forth', { hello: { type: 'hello' } })
    this.#reader = new PipeReader(directory, 'back')
    this.#wakeUp = new WakeUp({ mode: 'events', pollInterval, onWake: () => this.#take() })
    this.#wakeUp.follow(this.#reader, this.#reader.path)
    const program = fileURLToPath(new URL('./floor-far.js', import.meta.url))
    this.ended = once(spawn(process.execPath, [program, directory], { stdio: 'inherit' }), 'exit')
    this.#send()
  }

  #send(): void {
    while (this.#pending + inFrame <= ahead && asked < individuals) {
      const size = Math.min(inFrame, individuals - asked)
      const frame = Array.from({ length: size }, (_, i) => [asked + i, asked + i, [(asked + i) / individuals, 0.5]])
      this.#writer.write({ type: 'simulate', individuals: frame })
      this.#pending += size
      asked += size
    }
  }

  #take(): void {
    const answers = (this.#reader.read() as Answer[]).filter(({ type }) => type === 'done')
    if (answers.length === 0) return
    database.exec('begin immediate')
    for (const { results } of answers) {
      for (const [number, seed, parameters, fitness] of results)
        insert.run(number, seed, JSON.stringify(parameters), fitness)
      this.#pending -= results.length
      stored += results.length
    }
    database.exec('commit')
    this.#send()
    if (stored === individuals) for (const far of all) far.stop()
  }

  stop(): void {
    this.#writer.write({ type: 'stop' })
    this.#wakeUp.close()
    this.#reader.close()
    this.#writer.close()
  }
}

const all: Far[] = []
for (const name of ['a', 'b']) all.push(new Far(join(root!, name)))
await Promise.all(all.map(({ ended }) => ended))
database.close()
