import { SimulationFailure, type SimulationResult } from '../../src/core/evaluation.ts'
import type { ProcessUsage } from '../../src/core/optimizee.ts'
import type { Space } from '../../src/core/space.ts'
import { afterCut, show, textOfBytes } from '../../src/core/text.ts'
import { describeEnd, type ProcessEnd, ProcessGroup, type Variables } from '../../src/system/process-group.ts'
import { UsageOfTasks } from '../../src/system/process-usage.ts'
import { MemoryKills } from '../command/memory-kills.ts'
import { readRest } from '../command/run-program.ts'
import { misplacedAnswer } from './answers.ts'
import { LineReader } from './line-reader.ts'
import { lineOf, lineOfMany, readLine, type Said, type Task } from './lines.ts'

/** How long a program may take to leave when its input has ended. */
const leaveMs = 2000
/** How long after the end of its output a program that has ended is known to have ended. */
const endMs = 2000
/** What is said before its turn is read no further than this many lines and pieces of text. */
const mostHeld = 1000
/** How much messages show of what the program printed last. */
const shownBytes = 200

/** Who waits for what comes of a task. */
export interface TaskListener {
  onResult(result: SimulationResult): void
  onFailure(failure: SimulationFailure): void
  /** The task has no answer since the process, or all that was simulated together with it, has failed. */
  onLoss(failure: SimulationFailure): void
  onReport(step: number, value: number): void
  /** Is told before the result or failure how long standard error was then, by a program that says so. */
  onLogEnd?(bytes: number): void
}

/**
 * One process of a program that stays: individuals go in as lines, what comes of them comes out as lines. Once it has
 * ended, or has said what cannot be, it is good for nothing more, and all that it was given and has not answered has failed.
 */
export class WarmProcess {
  readonly #name: string
  readonly #group: ProcessGroup
  readonly #reader: LineReader
  /** The tasks without an answer by their ids, oldest first, with who waits for it: nobody before it is their turn. */
  readonly #open = new Map<number, TaskListener | undefined>()
  #awaited = 0
  /** What came of tasks before anybody waited for it. */
  readonly #untaken = new Map<number, (listener: TaskListener) => void>()
  /** What was said while nobody waited for any task: it is heard when somebody does, and so counts for that one. */
  readonly #held: (() => void)[] = []
  readonly #onSpoken: (() => void)[] = []
  readonly #memoryKills = new MemoryKills()
  readonly #killsBefore = this.#memoryKills.count
  readonly #usage: UsageOfTasks | undefined
  readonly #ended: Promise<ProcessEnd>
  #hasSpoken = false
  #saysReady = false
  #takesBatches = false
  #takesAhead = false
  /** Set once it has said what is no answer: nobody knows what the lines after that are about. */
  #isGarbled = false
  /** Of tasks that were given together: set once an answer to one of them may have been missed. */
  #hasMissed = false
  /** Set once its output has ended. */
  #mute: NodeJS.Timeout | undefined
  #hasEnded = false
  /** Why it is of no more use, if it did not end by itself. */
  #failure: SimulationFailure | undefined
  #lastText = Buffer.alloc(0)

  /** @throws what `spawn` throws of arguments that no process can have */
  constructor(command: readonly string[], environment: Variables, workingDirectory: string | undefined) {
    this.#name = command.join(' ')
    this.#group = new ProcessGroup(command, {
      environment,
      workingDirectory,
      stdio: ['pipe', 'pipe', 'inherit'],
      isGuarded: true,
    })
    this.#reader = new LineReader({
      onLine: (line) => this.#inTurn(() => this.#hear(line)),
      onText: (text) => this.#inTurn(() => this.#pass(text)),
      onTooLong: (bytes) => this.#inTurn(() => this.#refuse(`a line of more than ${bytes} bytes`)),
    })
    this.#usage = this.#group.pid === undefined ? undefined : new UsageOfTasks(this.#group.pid)
    const { stdin, stdout } = this.#group.child
    stdin!.on('error', () => {}) // a program that is gone reads no more; its end says so
    stdout!.on('data', (chunk: Buffer) => this.#reader.add(chunk))
    stdout!.on('end', () => this.#onOutputEnd())
    this.#ended = this.#end()
  }

  /** Whether it can be given more. */
  get isUsable(): boolean {
    return !this.#hasEnded && !this.#failure
  }

  /** Whether the program is one that says that it is ready. */
  get saysReady(): boolean {
    return this.#saysReady
  }

  /** Whether it may be given tasks before their turn, which it simulates one after the other. */
  get takesAhead(): boolean {
    return this.#takesAhead
  }

  /** Whether it was given tasks before their turn of which it is known what came. */
  get hasUntaken(): boolean {
    return this.#untaken.size > 0
  }

  /** Whether it was given this task, and nobody has taken what came of it. */
  has(id: number): boolean {
    return this.#open.has(id) || this.#untaken.has(id)
  }

  /**
   * Waits until the program says that it is ready, or anything else that is meant for the worker; no longer than so many
   * milliseconds, since a program need not say it.
   *
   * @throws SimulationFailure if it ends before
   */
  async ready(patienceMs: number): Promise<void> {
    if (this.#hasSpoken) return
    let timer: NodeJS.Timeout | undefined
    const spoken = new Promise<undefined>((resolve) => {
      this.#onSpoken.push(() => resolve(undefined))
      timer = setTimeout(() => resolve(undefined), patienceMs)
    })
    const end = await Promise.race([spoken, this.#ended])
    clearTimeout(timer)
    if (!end) return
    const message = `the program ${show(this.#name)} ${describeEnd(end)} before it was ready`
    throw new SimulationFailure({ kind: 'exit', message })
  }

  /** Gives it tasks before anybody waits for what comes of them. */
  give(tasks: readonly Task[]): void {
    for (const { id } of tasks) this.#open.set(id, undefined)
    this.#group.child.stdin!.write(tasks.map(lineOf).join(''))
  }

  /** Waits for what comes of a task, which it is given if it has not got it, and of which it is told what it has used when the answer comes. */
  simulate(task: Task, listener: TaskListener & { onUsage(usage: ProcessUsage): void }): void {
    const withUsage = (end: () => void) => {
      const usage = this.#usage?.end()
      if (usage) listener.onUsage(usage)
      end()
    }
    if (!this.has(task.id)) this.give([task])
    this.#usage?.begin()
    this.#await(task.id, {
      ...listener,
      onResult: (result) => withUsage(() => listener.onResult(result)),
      onFailure: (failure) => withUsage(() => listener.onFailure(failure)),
    })
  }

  #await(id: number, listener: TaskListener): void {
    const tell = this.#untaken.get(id)
    if (tell) {
      this.#untaken.delete(id)
      tell(listener)
      return
    }
    this.#open.set(id, listener)
    this.#awaited++
    while (this.#held.length > 0 && !this.#isBeforeTurn) this.#held.shift()!()
    if (this.#held.length === 0) this.#group.child.stdout!.resume()
  }

  /** Gives it several, in one line if it takes them so. */
  simulateMany(tasks: readonly Task[], space: Space, listenerOf: (position: number) => TaskListener): void {
    for (const [position, { id }] of tasks.entries()) this.#open.set(id, listenerOf(position))
    this.#awaited += tasks.length
    this.#hasMissed = false
    this.#group.child.stdin!.write(this.#takesBatches ? lineOfMany(tasks, space) : tasks.map(lineOf).join(''))
  }

  /** Ends the process and all that it has started; what it was given fails of this when that is done. */
  giveUp(failure: SimulationFailure): void {
    this.#failure ??= failure
    this.#group.end()
  }

  /** What it printed last that was not meant for the worker, as the end of a sentence. */
  get lastWords(): string {
    const text = textOfBytes(this.#lastText)
    if (misplacedAnswer(text) !== undefined) {
      const end = text.trimEnd().slice(-80)
      return `; it printed an answer behind other text, which has to end its line before: ${show(end)}`
    }
    const line = text.trimEnd().split('\n').at(-1)!
    return line === '' ? '' : `; the last line that it printed was ${show(line)}`
  }

  /** Lets the program leave by itself, and ends it if it does not. */
  async close(): Promise<void> {
    this.#group.child.stdin!.end()
    const timer = setTimeout(() => this.#group.end(), leaveMs)
    await this.#ended
    clearTimeout(timer)
  }

  async #end(): Promise<ProcessEnd> {
    const end = await this.#group.ended
    if (end.error === undefined && (await readRest(this.#group.child.stdout!))) this.#group.killStrays()
    this.#reader.end()
    for (const hear of this.#held.splice(0)) hear()
    this.#hasEnded = true
    clearTimeout(this.#mute)
    this.#lose(this.#failure ?? this.#failureOf(end))
    return end
  }

  /** A program that lives on without an output answers nothing any more. */
  #onOutputEnd(): void {
    if (this.#hasEnded) return
    const message = `The program has closed its standard output, on which it is to answer${this.lastWords}.`
    this.#mute = setTimeout(() => this.giveUp(new SimulationFailure({ kind: 'bad-result', message })), endMs)
  }

  /** All that is awaited has failed, or else the oldest, which it was about to answer; the others were never begun. */
  #lose(failure: SimulationFailure): void {
    const isAwaited = this.#awaited > 0
    for (const [position, [id, listener]] of [...this.#open].entries()) {
      if (listener || (!isAwaited && position === 0)) this.#answer(id, ({ onLoss }) => onLoss(failure))
    }
    this.#open.clear()
  }

  #failureOf(end: ProcessEnd): SimulationFailure {
    const { exitCode, signal } = end
    if (signal === 'SIGKILL' && this.#memoryKills.count > this.#killsBefore) {
      const message = 'The program was killed by SIGKILL, for lack of memory.'
      return new SimulationFailure({ kind: 'exit', detail: 'out-of-memory', message, signal })
    }
    const message = `The program ${describeEnd(end)} without an answer${this.lastWords}.`
    if (end.error !== undefined) return new SimulationFailure({ kind: 'threw', message })
    return new SimulationFailure({
      kind: 'exit',
      message,
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && { signal }),
    })
  }

  #inTurn(hear: () => void): void {
    if (!this.#isBeforeTurn) hear()
    else if (this.#held.push(hear) > mostHeld) this.#group.child.stdout!.pause()
  }

  get #isBeforeTurn(): boolean {
    return this.#awaited === 0 && this.#open.size > 0
  }

  /** Takes an answer to a task that is open. */
  #answer(id: number, tell: (listener: TaskListener) => void): void {
    const listener = this.#open.get(id)
    this.#open.delete(id)
    if (listener) {
      this.#awaited--
      tell(listener)
    } else this.#untaken.set(id, tell)
  }

  #hear(line: Buffer): void {
    const said: Said = this.#isGarbled ? { type: 'printed' } : readLine(textOfBytes(line))
    if (said.type === 'printed') this.#pass(line)
    else this.#take(said, line)
  }

  #take(said: Exclude<Said, { readonly type: 'printed' }>, line: Buffer): void {
    this.#hasSpoken = true
    for (const resolve of this.#onSpoken.splice(0)) resolve()
    switch (said.type) {
      case 'ready':
        this.#saysReady = true
        this.#takesBatches = said.takesBatches
        this.#takesAhead = said.takesAhead
        return
      case 'bad':
        this.#refuse(said.why)
        return
      case 'batch error':
        for (const id of said.ids) {
          if (this.#open.has(id)) this.#answer(id, ({ onLoss }) => onLoss(failureOf(said)))
        }
        return
      case 'result':
      case 'error':
      case 'no answer':
      case 'report': {
        const unclear = said.id === undefined ? this.#whyUnclear : undefined
        if (unclear !== undefined) {
          this.#refuse(unclear)
          return
        }
        const [oldest] = this.#open.keys()
        const id = said.id ?? oldest
        if (id === undefined || !this.#open.has(id)) this.#pass(line)
        else if (said.type === 'report') this.#open.get(id)?.onReport(said.step, said.value)
        else this.#answer(id, (listener) => answerTo(listener, said))
      }
    }
  }

  /** Why nobody knows what an answer without an id is about; undefined if it is about the oldest task. */
  get #whyUnclear(): string | undefined {
    const { size } = this.#open
    if (size <= 1) return undefined
    if (this.#takesAhead)
      return `no "id" while ${size} individuals waited; a program that says "ahead" gives it in each answer`
    return this.#hasMissed ? 'no "id" after an answer that stood behind other text on its line' : undefined
  }

  /** What the program said is no answer, so that nobody knows what it will say next. */
  #refuse(what: string): void {
    this.#isGarbled = true
    this.giveUp(new SimulationFailure({ kind: 'bad-result', message: `The program answered with ${what}.` }))
  }

  /** Passes on what is not meant for the worker, no faster than it is taken. */
  #pass(text: Buffer): void {
    if (this.#open.size > 1 && misplacedAnswer(textOfBytes(text)) !== undefined) this.#hasMissed = true
    this.#lastText = Buffer.from(text.length > shownBytes ? afterCut(text.subarray(-shownBytes)) : text)
    if (process.stdout.write(text)) return
    const stdout = this.#group.child.stdout!
    stdout.pause()
    process.stdout.once('drain', () => stdout.resume())
  }
}

function answerTo(
  listener: TaskListener,
  said: Extract<Said, { readonly type: 'result' | 'error' | 'no answer' }>,
): void {
  if (said.type !== 'no answer' && said.logEnd !== undefined) listener.onLogEnd?.(said.logEnd)
  if (said.type === 'result') listener.onResult(said.result)
  else listener.onFailure(failureOf(said))
}

function failureOf(said: Extract<Said, { readonly type: 'error' | 'batch error' | 'no answer' }>): SimulationFailure {
  const { type, message } = said
  if (type === 'no answer') return new SimulationFailure({ kind: 'bad-result', message })
  return new SimulationFailure({ kind: 'threw', message, ...(said.stack !== undefined && { stack: said.stack }) })
}
