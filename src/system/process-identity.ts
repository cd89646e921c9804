import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who a process is, beyond its pid: pids are used again, and every container counts its own. */
export interface ProcessIdentity {
  readonly host: string
  /** The kernel's boot and the pid namespace: only where both are the same does a pid mean the same process. */
  readonly space: string
  readonly pid: number
  /** Start time in clock ticks after boot. */
  readonly started: string
}

export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), space: pidSpace(), pid: process.pid, started: statOf(process.pid)?.started ?? '' }
}

export type Liveness = 'alive' | 'stopped' | 'dead' | 'unknown'

/** What is known of a process from here; `unknown` if it runs (or ran) where its pid cannot be looked up. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  if (identity.host !== hostname() || identity.space !== pidSpace()) return 'unknown'
  const stat = statOf(identity.pid)
  if (!stat || stat.started !== identity.started || stat.state === 'Z' || stat.state === 'X') return 'dead'
  return stat.state === 'T' || stat.state === 't' ? 'stopped' : 'alive'
}

function pidSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return '' // not Linux: a pid is all there is
  }
}

/** State and start time from /proc/PID/stat; the command's name, in parentheses, may hold anything. */
function statOf(pid: number): { state: string; started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, started: fields[19]! }
  } catch {
    if (process.platform === 'linux') return undefined
    try {
      process.kill(pid, 0)
      return { state: 'R', started: '' }
    } catch {
      return undefined
    }
  }
}
