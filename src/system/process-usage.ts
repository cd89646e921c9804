import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Clock ticks a second in what Linux tells of processes, on every machine. */
const ticksPerSecond = 100

/**
 * Milliseconds of CPU time of those children of this process that have ended and of all that these have waited for;
 * undefined where the system does not tell.
 */
export function cpuOfEndedChildren(): number | undefined {
  const times = cpuTimesOf('self')
  return times?.children
}

/** Milliseconds of CPU time of a process, and of those of its children that it has waited for with all that these have. */
function cpuTimesOf(pid: number | 'self'): { readonly own: number; readonly children: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [own, ownSystem, children, childrenSystem] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
    const milliseconds = (ticks: number) => (ticks * 1000) / ticksPerSecond
    return {
      own: milliseconds(Number(own) + Number(ownSystem)),
      children: milliseconds(Number(children) + Number(childrenSystem)),
    }
  } catch {
    return undefined
  }
}

/**
 * What a process that stays uses for one task after the other. The kernel counts in hundredths of a second, and a look costs
 * as much as a short task, so that a process is looked at as long as its tasks take longer.
 */
export class UsageOfTasks {
  readonly #pid: number
  #begun = 0
  #cpu: number | undefined
  #areLong = true

  constructor(pid: number) {
    this.#pid = pid
  }

  begin(): void {
    this.#begun = performance.now()
    this.#cpu = this.#areLong ? this.#look() : undefined
  }

  /** What the process has used since `begin`; undefined if that cannot be told. Memory is the most since it was last told. */
  end(): { readonly cpuMs: number; readonly peakMemory: number | null } | undefined {
    this.#areLong = performance.now() - this.#begun >= 1000 / ticksPerSecond
    const cpu = this.#cpu !== undefined && this.#areLong ? this.#look() : undefined
    if (cpu === undefined) return undefined
    const peakMemory = peakOf(this.#pid) ?? null
    forgetPeakOf(this.#pid)
    return { cpuMs: cpu - this.#cpu!, peakMemory }
  }

  #look(): number | undefined {
    const times = cpuTimesOf(this.#pid)
    return times && times.own + times.children
  }
}

/** Milliseconds from the first look to the second, which double from one look to the next. */
const firstPauseMs = 4
const longestPauseMs = 1000

/**
 * The most memory that one process of a program was seen to hold, the program's own or one that it has started. The kernel
 * keeps the peak of each process for as long as it lives, so that only what grows after the last look is missed.
 */
export class MemoryWatch implements Disposable {
  readonly #pid: number
  #peak: number | null = null
  #pause = firstPauseMs
  #lookedAt = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(pid: number) {
    this.#pid = pid
    this.#wait()
  }

  /** Bytes; null if the program has ended before it was looked at. */
  get peak(): number | null {
    return this.#peak
  }

  /** A moment at which the program may be near its end. */
  hint(): void {
    if (performance.now() - this.#lookedAt >= firstPauseMs) this.#look()
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#look()
      this.#pause = Math.min(2 * this.#pause, longestPauseMs)
      this.#wait()
    }, this.#pause).unref()
  }

  #look(): void {
    const peaks = familyOf(this.#pid).flatMap((pid) => peakOf(pid) ?? [])
    if (peaks.length > 0) this.#peak = Math.max(this.#peak ?? 0, ...peaks)
    this.#lookedAt = performance.now()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

/** The command lines of those among a process and its descendants that run a program of that name. */
export function commandLinesOf(pid: number, program: string): string[] {
  return familyOf(pid).flatMap((member) => {
    try {
      if (readFileSync(`/proc/${member}/comm`, 'utf8').trim() !== program) return []
      return [readFileSync(`/proc/${member}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
    } catch {
      return [] // it has ended meanwhile
    }
  })
}

/** A process and its descendants, as far as they can be seen. */
function familyOf(pid: number): number[] {
  const family = [pid]
  for (const member of family) family.push(...childrenOf(member)) // also of those that are added meanwhile
  return family
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return [] // it has ended, or the kernel keeps no such list
  }
}

/** Has the kernel keep the peak of a process from now on; without the right to it, the peak stays that of all of its life. */
function forgetPeakOf(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // The process has ended, or the kernel has no such file.
  }
}

/** The most memory that a process has held so far, or since that was last to be forgotten, in bytes. */
function peakOf(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
