import { setTimeout } from 'node:timers/promises'
import { textOfBytes } from '../../src/core/text.ts'
import { type ProcessEnd, ProcessGroup } from '../../src/system/process-group.ts'
import { readRest } from '../command/run-program.ts'
import { LineReader } from './line-reader.ts'
import { readLine, type Said } from './lines.ts'

/** How much is kept of the end of what a program prints that is no line of the protocol. */
const keptBytes = 65_536

/** What a program has said, beside what it printed. */
export type Heard = Exclude<Said, { readonly type: 'printed' }> & { readonly line: string }

/** A program that is spoken to line by line, with everything that it says; its standard error is this process's own. */
export class Conversation implements AsyncDisposable {
  readonly heard: Heard[] = []
  readonly ended: Promise<ProcessEnd>
  readonly #group: ProcessGroup
  #end: ProcessEnd | undefined
  #printed = ''
  #onNews: () => void = () => {}

  constructor(command: readonly string[]) {
    this.#group = new ProcessGroup(command, { stdio: ['pipe', 'pipe', 'inherit'], isGuarded: true })
    const reader = new LineReader({
      onLine: (line) => this.#hear(textOfBytes(line)),
      onText: (text) => this.#keep(textOfBytes(text)),
      onTooLong: (bytes) => this.#add({ type: 'bad', why: `a line of more than ${bytes} bytes`, line: '' }),
    })
    const { stdin, stdout } = this.#group.child
    stdin!.on('error', () => {}) // a program that is gone reads no more; its end says so
    stdout!.on('data', (chunk: Buffer) => reader.add(chunk))
    this.ended = this.#group.ended.then(async (end) => {
      if (end.error === undefined && (await readRest(stdout!))) this.#group.killStrays()
      reader.end()
      this.#end = end
      this.#onNews()
      return end
    })
  }

  /** How the program ended; undefined while it runs. */
  get end(): ProcessEnd | undefined {
    return this.#end
  }

  /** The end of what it printed that is no line of the protocol. */
  get printed(): string {
    return this.#printed
  }

  say(...lines: readonly string[]): void {
    this.#group.child.stdin!.write(lines.join(''))
  }

  /** No more comes. */
  endInput(): void {
    this.#group.child.stdin!.end()
  }

  /** Waits until something holds, the program has ended, or the time is over. */
  async until(holds: () => boolean, milliseconds: number): Promise<'holds' | 'ended' | 'late'> {
    using timer = new Alarm(milliseconds)
    while (!holds()) {
      if (this.#end) return 'ended'
      const news = new Promise<void>((resolve) => {
        this.#onNews = resolve
      })
      if ((await Promise.race([news, timer.rung])) === 'rung') return 'late'
    }
    return 'holds'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#end) this.#group.end()
    await this.ended
  }

  #hear(line: string): void {
    const said = readLine(line)
    if (said.type === 'printed') this.#keep(line)
    else this.#add({ ...said, line: line.trimEnd() })
  }

  #add(heard: Heard): void {
    this.heard.push(heard)
    this.#onNews()
  }

  #keep(text: string): void {
    this.#printed = (this.#printed + text).slice(-keptBytes)
    this.#onNews()
  }
}

/** Rings once, unless it is put away before. */
class Alarm implements Disposable {
  readonly #controller = new AbortController()
  readonly rung: Promise<'rung' | 'put away'>

  constructor(milliseconds: number) {
    const { signal } = this.#controller
    this.rung = setTimeout(milliseconds, 'rung' as const, { signal }).catch(() => 'put away' as const)
  }

  [Symbol.dispose](): void {
    this.#controller.abort()
  }
}
