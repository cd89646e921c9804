import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { ProcessUsage } from '../../src/core/optimizee.ts'
import { type LedGroup, type ProcessEnd, ProcessGroup } from '../../src/system/process-group.ts'
import { commandLinesOf, cpuOfEndedChildren, MemoryWatch } from '../../src/system/process-usage.ts'
import { type StartOptions, startProgram } from '../../src/system/starter.ts'

interface ProgramOptions extends StartOptions {
  /** Ends the group: SIGTERM, and SIGKILL if that does not help. */
  readonly signal: AbortSignal
  /** How many bytes of the end of standard output are kept. */
  readonly keep: number
  /** Whether what it prints is also printed by this process. */
  readonly isPassedOn?: boolean | undefined
}

export interface ProgramEnd extends ProcessEnd {
  /** The last bytes of standard output. */
  readonly tail: Buffer
  /** Whether there was more than the tail. */
  readonly cut: boolean
  /** What it has used, where the system tells. */
  readonly usage: ProcessUsage | undefined
  /** The job step of Slurm that it had started and that had not ended when the program was ended. */
  readonly openStep: string | undefined
}

/**
 * Runs a program in a process group of its own, of which nothing is left afterwards. What it prints is passed on to this
 * process's standard output while it runs; standard error is this process's own.
 *
 * @throws what `spawn` throws of arguments that no process can have
 */
export async function runProgram(command: readonly string[], options: ProgramOptions): Promise<ProgramEnd> {
  const { signal, isPassedOn = true } = options
  const { group, stdout, cpuMs } = (await startProgram(command, options)) ?? startHere(command, options)
  const tail = new Tail(options.keep)
  using memory = group.pid === undefined ? undefined : new MemoryWatch(group.pid)
  stdout.on('data', (chunk: Buffer) => {
    tail.add(chunk)
    memory?.hint() // many print their result last
  })
  if (isPassedOn) passOn(stdout)
  let openStep: string | undefined
  const end = () => {
    if (group.pid !== undefined) openStep = commandLinesOf(group.pid, 'srun')[0]
    group.end()
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  try {
    const exit = await group.ended
    if (await readRest(stdout)) group.killStrays()
    return { ...exit, tail: tail.bytes, cut: tail.cut, usage: usageOf(cpuMs(), memory), openStep }
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** A program that this process starts itself. @throws what `spawn` throws of arguments that no process can have */
function startHere(
  command: readonly string[],
  { environment, workingDirectory, input }: StartOptions,
): { readonly group: LedGroup; readonly stdout: Readable; cpuMs(): number | undefined } {
  const cpuBefore = cpuOfEndedChildren()
  const group = new ProcessGroup(command, {
    environment,
    workingDirectory,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
    isGuarded: true,
  })
  // A program need not read what it is given.
  group.child.stdin?.on('error', () => {}).end(input)
  const cpuMs = () => {
    const cpu = cpuOfEndedChildren()
    return cpu === undefined || cpuBefore === undefined ? undefined : cpu - cpuBefore
  }
  return { group, stdout: group.child.stdout!, cpuMs } // as its stdio says
}

function usageOf(cpuMs: number | undefined, memory: MemoryWatch | undefined): ProcessUsage | undefined {
  return cpuMs === undefined ? undefined : { cpuMs, peakMemory: memory?.peak ?? null }
}

/** Passes output on as fast as it is taken, no faster: nothing but the tail is kept. */
function passOn(stdout: Readable): void {
  stdout.on('data', (chunk: Buffer) => {
    if (process.stdout.write(chunk)) return
    stdout.pause()
    process.stdout.once('drain', () => stdout.resume())
  })
}

/**
 * Reads what the program, which has ended, has left in the pipe: all of it has come when a turn of the event loop brings
 * nothing more. What is written there later is by another process, which has left the group; true if there is one.
 */
export async function readRest(stdout: Readable): Promise<boolean> {
  let isQuiet = false
  stdout.on('data', () => {
    isQuiet = false
  })
  while (!isQuiet && !stdout.closed) {
    if (stdout.isPaused()) await Promise.race([once(stdout, 'resume'), once(stdout, 'close')])
    isQuiet = true
    await setImmediate()
    await setImmediate()
    if (stdout.isPaused()) isQuiet = false
  }
  const isHeld = !stdout.closed
  stdout.destroy()
  return isHeld
}

/** The last bytes of a stream. */
class Tail {
  readonly #size: number
  #chunks: Buffer[] = []
  #length = 0
  #cut = false

  constructor(size: number) {
    this.#size = size
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length > 2 * this.#size) this.#shorten()
  }

  get bytes(): Buffer {
    this.#shorten()
    return this.#chunks[0]!
  }

  /** Whether there was more than is kept; final once `bytes` was read. */
  get cut(): boolean {
    return this.#cut
  }

  #shorten(): void {
    const whole = Buffer.concat(this.#chunks)
    this.#cut ||= whole.length > this.#size
    // A copy, so that what is cut off can be freed.
    const kept = this.#cut ? Buffer.from(whole.subarray(Math.max(0, whole.length - this.#size))) : whole
    this.#chunks = [kept]
    this.#length = kept.length
  }
}
