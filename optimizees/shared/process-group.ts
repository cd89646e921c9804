import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { guard, startGuardian } from '../../src/system/guardian.ts'

/** How long after SIGTERM a group is killed. */
const killDelayMs = 2000
/** How long the end of standard output is waited for when the program has ended: a process that left the group may hold it. */
const drainMs = 1000

interface GroupOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly workingDirectory: string | undefined
  /** Ends the group: SIGTERM, and SIGKILL if that does not help. */
  readonly signal: AbortSignal
  /** How many bytes of the end of standard output are kept. */
  readonly keep: number
}

export interface GroupEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The last bytes of standard output. */
  readonly tail: Buffer
  /** Whether there was more than the tail. */
  readonly cut: boolean
}

/**
 * Runs a program in a process group of its own, of which nothing is left afterwards. What it prints is passed on to this
 * process's standard output while it runs; standard error is this process's own.
 *
 * @throws what `spawn` throws if the program cannot be started
 */
export async function runInGroup(command: readonly string[], options: GroupOptions): Promise<GroupEnd> {
  const [program, ...args] = command
  startGuardian()
  const child = spawn(program!, args, {
    cwd: options.workingDirectory,
    env: options.environment,
    detached: true, // leads a new group
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const group = child.pid
  const release = group === undefined ? () => {} : guard(group)
  const tail = new Tail(options.keep)
  passOn(child.stdout, tail)
  let killTimer: NodeJS.Timeout | undefined
  const end = () => {
    sendTo(group, 'SIGTERM')
    killTimer = setTimeout(() => sendTo(group, 'SIGKILL'), killDelayMs)
  }
  if (options.signal.aborted) end()
  else options.signal.addEventListener('abort', end, { once: true })
  try {
    const exit = await exitOf(child)
    sendTo(group, 'SIGKILL') // what the program has left behind
    await drained(child.stdout)
    return { ...exit, tail: tail.bytes, cut: tail.cut }
  } finally {
    options.signal.removeEventListener('abort', end)
    clearTimeout(killTimer)
    release()
  }
}

function exitOf(child: ChildProcessByStdio<null, Readable, null>): Promise<Pick<GroupEnd, 'exitCode' | 'signal'>> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })
}

function sendTo(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return
  try {
    process.kill(-group, signal)
  } catch {
    // Nobody is left in it.
  }
}

/** Passes output on as fast as it is taken, no faster: nothing but the tail is kept. */
function passOn(stdout: Readable, tail: Tail): void {
  stdout.on('data', (chunk: Buffer) => {
    tail.add(chunk)
    if (process.stdout.write(chunk)) return
    stdout.pause()
    process.stdout.once('drain', () => stdout.resume())
  })
}

function drained(stdout: Readable): Promise<void> {
  if (stdout.closed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => stdout.destroy(), drainMs)
    stdout.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
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
