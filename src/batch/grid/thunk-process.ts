import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FailureCause, SimulationFailure } from '../../core/evaluation.ts'
import type { PlainData } from '../../core/optimizer.ts'
import { rankVariables } from './experiment-processes.ts'
import { type FromThunk, type Gathered, type Job, type ModuleCode, writeJob } from './thunk-messages.ts'

/** How long after SIGTERM an experiment is killed. */
const killDelayMs = 2000
/** How long a process's last words are waited for once it has ended. */
const lastWordsMs = 1000

export interface ThunkCall {
  readonly job: Omit<Job, 'modules'>
  readonly code: ModuleCode
  /** How many processes call the thunk, with ranks from 0; what the first one returns counts. */
  readonly processes: number
  /** Ends the experiment. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Calls a thunk in fresh processes, which share nothing with this one and of which nothing is left afterwards.
 *
 * @throws SimulationFailure with the first reason, if one of them fails; the signal's reason, if it was aborted
 */
export async function callThunk({ job, code, processes, signal }: ThunkCall): Promise<PlainData> {
  signal?.throwIfAborted()
  const folder = mkdtempSync(join(tmpdir(), 'twoloop-experiment-'))
  try {
    writeJob(folder, job, code)
    const experiment = new RunningExperiment(folder, processes)
    const end = () => experiment.end()
    signal?.addEventListener('abort', end, { once: true })
    try {
      const value = await experiment.ended
      if (signal?.aborted) throw signal.reason
      return value
    } catch (error) {
      throw signal?.aborted ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', end)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The processes of an experiment, from their start to their end. */
class RunningExperiment {
  /** What the first process's thunk returned, once all processes have ended. */
  readonly ended: Promise<PlainData>
  readonly #folder: string
  readonly #children: ChildProcess[] = []
  readonly #rounds = new Map<number, unknown[]>()
  #loaded = 0
  #returned: PlainData = null
  #failure: FailureCause | undefined
  #killTimer: NodeJS.Timeout | undefined

  constructor(folder: string, processes: number) {
    this.#folder = folder
    const ends = Array.from({ length: processes }, (_, rank) => this.#start(rank, processes))
    this.ended = Promise.all(ends).then(() => {
      clearTimeout(this.#killTimer)
      if (this.#failure) throw new SimulationFailure(this.#failure)
      return this.#returned
    })
  }

  /** Asks all processes to end; those that do not are killed. */
  end(): void {
    if (this.#killTimer) return
    this.#signal('SIGTERM')
    this.#killTimer = setTimeout(() => this.#signal('SIGKILL'), killDelayMs)
  }

  async #start(rank: number, processes: number): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', programPath(), this.#folder, String(process.pid)], // its stacks name the user's lines
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'advanced',
        detached: true, // leads a process group, so that all of it can be ended
        env: { ...process.env, ...ranked(rank, processes) },
      },
    )
    this.#children.push(child)
    child.on('message', (message) => this.#receive(rank, processes, message as FromThunk))
    const end = await endOf(child)
    sendTo(child.pid, 'SIGKILL') // what it has left behind
    if (end.cause) this.#fail(end.cause)
  }

  #receive(rank: number, processes: number, message: FromThunk): void {
    switch (message.type) {
      case 'loaded':
        this.#loaded++
        // From here on nobody needs the arguments on disk, and nobody else is to see them.
        if (this.#loaded === processes) rmSync(this.#folder, { recursive: true, force: true })
        return
      case 'refused':
        this.#fail({ kind: 'threw', message: message.sentence })
        return
      case 'gather':
        this.#gather(rank, processes, message.round, message.value)
        return
      case 'returned':
        if (rank === 0) this.#returned = message.value
        return
      case 'threw': {
        const { stack } = message
        this.#fail({ kind: 'threw', message: message.message, ...(stack !== undefined && { stack }) })
        return
      }
    }
  }

  #gather(rank: number, processes: number, round: number, value: unknown): void {
    const values = this.#rounds.get(round) ?? []
    values[rank] = value
    this.#rounds.set(round, values)
    if (Object.keys(values).length < processes) return
    this.#rounds.delete(round)
    const answer: Gathered = { type: 'gathered', round, values }
    for (const child of this.#children) child.send(answer, () => {}) // one that has ended needs none
  }

  /** The first reason wins; the other processes wait for the failed one in vain. */
  #fail(cause: FailureCause): void {
    if (this.#failure) return
    this.#failure = cause
    if (this.#children.length > 1) this.end()
  }

  #signal(signal: NodeJS.Signals): void {
    for (const { pid } of this.#children) sendTo(pid, signal)
  }
}

function sendTo(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return
  try {
    process.kill(-group, signal)
  } catch {
    // Nobody is left in it.
  }
}

/** Where a process stands among those of its experiment; several do not take all cores for one of them. */
function ranked(rank: number, processes: number): NodeJS.ProcessEnv {
  const variables = { [rankVariables.rank]: String(rank), [rankVariables.size]: String(processes) }
  return processes === 1 ? variables : { ...variables, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
}

/** How a process ended, once all that it said has been heard. */
async function endOf(child: ChildProcess): Promise<{ readonly cause?: FailureCause }> {
  const silent = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const cause = await new Promise<FailureCause | undefined>((resolve) => {
    child.once('error', ({ message }) =>
      resolve({ kind: 'threw', message: `The experiment's process cannot be started: ${message}.` }),
    )
    child.once('exit', (exitCode, signal) => resolve(causeOfEnd(exitCode, signal)))
  })
  if (child.connected) {
    const timer = new Promise<void>((resolve) => setTimeout(resolve, lastWordsMs).unref())
    await Promise.race([silent, timer])
  }
  return cause ? { cause } : {}
}

function causeOfEnd(exitCode: number | null, signal: NodeJS.Signals | null): FailureCause | undefined {
  if (signal !== null) {
    return { kind: 'exit', message: `The experiment's process was ended by ${signal}.`, signal }
  }
  if (exitCode === 0) return undefined
  const why = exitCode === unsettled ? ': it waited for what cannot come' : ''
  return {
    kind: 'exit',
    message: `The experiment's process ended with exit code ${exitCode}${why}.`,
    exitCode: exitCode ?? undefined,
  }
}

/** Node.js's exit code when the program waits for a promise and nothing is left that could settle it. */
const unsettled = 13

/** The program in its built form: beside this module or, if this is its source, in the build. */
function programPath(): string {
  const beside = fileURLToPath(new URL('./thunk-program.js', import.meta.url))
  if (existsSync(beside)) return beside
  return join(dirname(createRequire(import.meta.url).resolve('twoloop')), 'batch', 'grid', 'thunk-program.js')
}
