import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FailureCause, SimulationFailure } from '../../core/evaluation.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { type ProcessEnd, ProcessGroup, type Variables } from '../../system/process-group.ts'
import { thunkProgram } from '../../system/programs.ts'
import { rankVariables } from './experiment-processes.ts'
import { type FromThunk, type Gathered, type ModuleCode, type ThunkJob, writeJob } from './thunk-messages.ts'

/** How long a process's last words are waited for once it has ended. */
const lastWordsMs = 1000

export interface ThunkCall {
  readonly job: Omit<ThunkJob, 'modules'>
  readonly code: ModuleCode
  /** How many processes call the thunk, with ranks from 0; what the first one returns counts. */
  readonly processes: number
  /** Ends the experiment. */
  readonly signal?: AbortSignal | undefined
  /** Which descriptor of this process their standard output is; the first by default. */
  readonly stdout?: 1 | 2 | undefined
}

/**
 * Calls a thunk in fresh processes, which share nothing with this one and of which nothing is left afterwards.
 *
 * @throws SimulationFailure with the first reason, if one of them fails; the signal's reason, if it was aborted
 */
export async function callThunk({ job, code, processes, signal, stdout = 1 }: ThunkCall): Promise<PlainData> {
  signal?.throwIfAborted()
  const folder = mkdtempSync(join(tmpdir(), 'twoloop-experiment-'))
  try {
    writeJob(folder, job, code)
    const experiment = new RunningExperiment(folder, processes, stdout)
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
  readonly #stdout: 1 | 2
  readonly #processes: ProcessGroup[] = []
  readonly #rounds = new Map<number, unknown[]>()
  #loaded = 0
  #returned: PlainData = null
  #failure: FailureCause | undefined

  constructor(folder: string, processes: number, stdout: 1 | 2) {
    this.#folder = folder
    this.#stdout = stdout
    const ends = Array.from({ length: processes }, (_, rank) => this.#start(rank, processes))
    this.ended = Promise.all(ends).then(() => {
      if (this.#failure) throw new SimulationFailure(this.#failure)
      return this.#returned
    })
  }

  /** Asks all processes to end; those that do not are killed. */
  end(): void {
    for (const one of this.#processes) one.end()
  }

  async #start(rank: number, processes: number): Promise<void> {
    // Its stacks name the user's lines.
    const command = [process.execPath, '--enable-source-maps', thunkProgram(), this.#folder]
    const one = new ProcessGroup(command, {
      stdio: ['ignore', this.#stdout, 'inherit', 'ipc'],
      serialization: 'advanced',
      environment: ranked(rank, processes),
      isGuarded: true,
    })
    this.#processes.push(one)
    one.child.on('message', (message) => this.#receive(rank, processes, message as FromThunk))
    const cause = causeOfEnd(await endOf(one))
    if (cause) this.#fail(cause)
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
    for (const { child } of this.#processes) child.send(answer, () => {}) // one that has ended needs none
  }

  /** The first reason wins; the other processes wait for the failed one in vain. */
  #fail(cause: FailureCause): void {
    if (this.#failure) return
    this.#failure = cause
    if (this.#processes.length > 1) this.end()
  }
}

/** Where a process stands among those of its experiment; several do not take all cores for one of them. */
function ranked(rank: number, processes: number): Variables {
  const variables = { [rankVariables.rank]: String(rank), [rankVariables.size]: String(processes) }
  return processes === 1 ? variables : { ...variables, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
}

/** How a process ended, once all that it said has been heard. */
async function endOf({ child, ended }: ProcessGroup): Promise<ProcessEnd> {
  const silent = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const end = await ended
  if (child.connected) {
    const timer = new Promise<void>((resolve) => setTimeout(resolve, lastWordsMs).unref())
    await Promise.race([silent, timer])
  }
  return end
}

function causeOfEnd({ exitCode, signal, error }: ProcessEnd): FailureCause | undefined {
  if (error !== undefined) {
    return { kind: 'threw', message: `The experiment's process cannot be started: ${error}.` }
  }
  if (signal !== undefined) {
    return { kind: 'exit', message: `The experiment's process was ended by ${signal}.`, signal }
  }
  if (exitCode === 0) return undefined
  const why = exitCode === unsettled ? ': it waited for what cannot come' : ''
  return { kind: 'exit', message: `The experiment's process ended with exit code ${exitCode}${why}.`, exitCode }
}

/** Node.js's exit code when the program waits for a promise and nothing is left that could settle it. */
const unsettled = 13
