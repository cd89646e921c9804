import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { groupVariable, nextMark, owner } from './group-mark.ts'
import { guard, startGuardians } from './guardian.ts'
import { descendantsOf, killMarked, type Stray, signalStrays, untilGone } from './strays.ts'

/** What became of a process, as far as the one who started it can tell; of a worker, only its own frames prove anything. */
export interface ProcessEnd {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  /** Why it could not be started at all. */
  readonly error?: string | undefined
  /** The system's code for that reason. */
  readonly errorCode?: string | undefined
}

/** A process that was launched from here. */
export interface LaunchedProcess {
  readonly pid: number | undefined
  readonly ended: Promise<ProcessEnd>
}

/** Where what a process prints goes, by the names of files in the worker's folder. */
export interface OutputFiles {
  readonly stdout: string
  readonly stderr: string
}

/** Environment variables in addition to this process's own, by their names; what is undefined is left out of these. */
export type Variables = Readonly<Record<string, string | undefined>>

export interface GroupOptions {
  readonly stdio: SpawnOptions['stdio']
  readonly serialization?: SpawnOptions['serialization']
  readonly environment?: Variables | undefined
  readonly workingDirectory?: string | undefined
  /** Whether it must not outlive this process, however that ends. Workers may: a runner that comes back adopts them. */
  readonly isGuarded: boolean
}

/** How long after SIGTERM a group is killed. */
const killDelayMs = 2000

/** Looking for those that have left their groups takes at most this part of the time. */
const searchShare = 0.01

/** When those that have left groups which have ended are looked for again; the guardians do it at the end of this process. */
let nextSearchAt = 0
/** The marks of groups that have not ended. */
const living = new Set<string>()

/** The process that leads a group. */
export interface Leader extends LaunchedProcess {
  /** Whether the process has ended: from then on its number may be another's. */
  readonly hasEnded: boolean
}

/**
 * A process and all that it starts, from its start to its end: it leads a process group, so that all of it can be ended;
 * what leaves that group is found by a mark in its environment.
 */
export class LedGroup implements LaunchedProcess, AsyncDisposable {
  readonly pid: number | undefined
  /** When the process itself has ended, and what had left its group is gone if it was asked to end. */
  readonly ended: Promise<ProcessEnd>
  readonly #leader: Leader
  readonly #mark: string | undefined
  #killTimer: NodeJS.Timeout | undefined
  /** What had left the group when it was asked to end. */
  #strays: readonly Stray[] = []

  /** @param mark of a group that must not outlive this process; undefined of one that may */
  constructor(leader: Leader, mark: string | undefined) {
    const { pid } = leader
    this.#leader = leader
    this.#mark = mark
    this.pid = pid
    if (mark !== undefined) living.add(mark)
    const release = mark !== undefined && pid !== undefined ? guard(pid) : () => {}
    this.ended = leader.ended.then(async (end) => {
      clearTimeout(this.#killTimer)
      const killed = mark === undefined ? [] : this.#killLeft(mark)
      release()
      await untilGone(killed.filter(({ group }) => group !== pid))
      return end
    })
  }

  /** Signals all of the group; true if somebody was there. */
  signal(signal: NodeJS.Signals): boolean {
    return this.pid !== undefined && signalGroup(this.pid, signal)
  }

  /** Asks all of the group to end, and kills it if that does not help. */
  end(): void {
    if (this.#killTimer || this.#leader.hasEnded || this.pid === undefined) return
    this.#strays = descendantsOf(this.pid)
    this.signal('SIGTERM')
    this.#killTimer = setTimeout(() => this.signal('SIGKILL'), killDelayMs)
  }

  /** Kills what has left the group, now; without this it is found a little later. */
  killStrays(): readonly Stray[] {
    signalStrays(this.#strays, 'SIGKILL')
    return [...this.#strays, ...killMarked((mark) => mark === this.#mark)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#leader.hasEnded) this.signal('SIGKILL')
    await this.ended
  }

  /** Kills what it has left behind, and now and then what others have; gives what was killed of its own. */
  #killLeft(mark: string): readonly Stray[] {
    this.signal('SIGKILL')
    living.delete(mark)
    const killed = this.#killTimer ? this.killStrays() : []
    const begin = performance.now()
    if (begin < nextSearchAt) return killed
    killMarked((mark) => mark.startsWith(`${owner}.`) && !living.has(mark))
    const end = performance.now()
    nextSearchAt = end + (end - begin) / searchShare
    return killed
  }
}

/** A group whose leader is a child of this process. */
export class ProcessGroup extends LedGroup {
  readonly child: ChildProcess

  /** @throws what `spawn` throws of arguments that no process can have; that there is no such program is an end */
  constructor([program, ...args]: readonly string[], options: GroupOptions) {
    const { stdio, serialization, environment, workingDirectory, isGuarded } = options
    const mark = isGuarded ? nextMark() : undefined
    if (isGuarded) startGuardians()
    const child = spawn(program!, args, {
      detached: true, // leads a new group
      stdio,
      serialization,
      cwd: workingDirectory,
      env: environmentOf(environment, mark),
    })
    super(leaderOf(child), mark)
    this.child = child
  }
}

/** All of the environment of a process in a group with that mark. */
export function environmentOf(given: Variables | undefined, mark: string | undefined): Variables {
  return { ...process.env, ...given, [groupVariable]: mark }
}

function leaderOf(child: ChildProcess): Leader {
  return {
    pid: child.pid,
    ended: endOf(child),
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null
    },
  }
}

function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined }))
    child.on('error', (error: NodeJS.ErrnoException) => {
      // An error of a process that runs means that a message or a signal did not reach it.
      if (child.pid === undefined) resolve({ error: error.message, errorCode: error.code })
    })
  })
}

/** Starts a process that may outlive this one, with its output in files. */
export function startProcess(
  command: readonly string[],
  channel: string,
  output: OutputFiles,
  environment: Variables,
): LaunchedProcess {
  const stdout = openForAppending(join(channel, output.stdout))
  const stderr = openForAppending(join(channel, output.stderr))
  try {
    return new ProcessGroup(command, { stdio: ['ignore', stdout, stderr], environment, isGuarded: false })
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return { pid: undefined, ended: Promise.resolve({ error: message, errorCode: code }) }
  } finally {
    closeSync(stdout)
    closeSync(stderr)
  }
}

/** Signals a process group; true if it was there. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  return signalProcess(-pid, signal)
}

/** Signals a process; true if it was there. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** How a process ended, as the middle of a sentence. */
export function describeEnd({ exitCode, signal, error }: ProcessEnd): string {
  if (error !== undefined) return `could not be started (${error})`
  if (signal !== undefined) return `was killed by ${signal}`
  if (exitCode !== undefined) return `ended with exit code ${exitCode}`
  return 'is gone'
}

function openForAppending(path: string): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o666)
}
