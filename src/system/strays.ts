import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { groupVariable } from './group-mark.ts'

/**
 * Processes that have left the group in which they were started, by `setsid` or as daemons. The kernel keeps no list of
 * them: they are found by the mark in their environment, or among the descendants of a process that lives.
 */
export interface Stray {
  readonly pid: number
  /** Start time in clock ticks after boot: the same pid with another is another process. */
  readonly started: string
  /** The process group that it was in. */
  readonly group: number
}

/**
 * Kills what carries one of the marks, until nothing does; what has cleared its environment is not found.
 * @returns what was killed
 */
export function killMarked(hasMark: (mark: string) => boolean): readonly Stray[] {
  const killed: Stray[] = []
  for (let round = 0; round < mostRounds; round++) {
    const marked = pids().filter((pid) => {
      const mark = markOf(pid)
      return mark !== undefined && hasMark(mark)
    })
    if (marked.length === 0) break
    killed.push(...marked.flatMap((pid) => statOf(pid) ?? []))
    for (const pid of marked) kill(pid, 'SIGKILL')
  }
  return killed
}

/**
 * Waits until what was killed is out of the list of processes: it ends when the kernel gets to it, and stays listed until
 * its parent has taken note, which process 1 of a container may do late or never.
 */
export async function untilGone(killed: readonly Stray[]): Promise<void> {
  const begin = performance.now()
  while (killed.some(({ pid, started }) => statOf(pid)?.started === started)) {
    if (performance.now() - begin > longestWaitMs) return
    await setTimeout(lookMs)
  }
}

/** The living descendants of a process, whatever groups they are in. */
export function descendantsOf(ancestor: number): Stray[] {
  const all = pids().flatMap((pid) => statOf(pid) ?? [])
  const found = new Set([ancestor])
  const descendants: Stray[] = []
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const one of all) {
      if (!found.has(one.parent) || found.has(one.pid)) continue
      found.add(one.pid)
      descendants.push(one)
    }
  }
  return descendants
}

/** Signals those that are still who they were. */
export function signalStrays(strays: readonly Stray[], signal: NodeJS.Signals): void {
  for (const { pid, started } of strays) if (statOf(pid)?.started === started) kill(pid, signal)
}

const longestWaitMs = 5000
const lookMs = 20

/** What is killed may have started others in the instant before. */
const mostRounds = 10

function pids(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []))
  } catch {
    return [] // not Linux: only groups are known
  }
}

function markOf(pid: number): string | undefined {
  try {
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`
    const begin = environment.indexOf(`\0${groupVariable}=`)
    if (begin < 0) return undefined
    return environment.slice(begin + groupVariable.length + 2).split('\0', 1)[0]
  } catch {
    return undefined // it has ended, or is another user's
  }
}

function statOf(pid: number): (Stray & { readonly parent: number }) | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(fields[1]), group: Number(fields[2]), started: fields[19]! }
  } catch {
    return undefined
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // The process has ended meanwhile.
  }
}
