import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { show } from '../../core/text.ts'

/** How many processes an experiment has: `auto` is one for each physical core that this process may use. */
export function processCount(numCpu: unknown): number {
  if (numCpu === 'auto') return Math.min(availableParallelism(), physicalCores())
  if (Number.isSafeInteger(numCpu) && (numCpu as number) >= 1) return numCpu as number
  throw new RangeError(`numCpu needs a whole number of at least 1, or auto, got ${show(numCpu)}`)
}

/** The cores of this machine, each counted once however many threads it runs. */
export function physicalCores(cpuInfo = readCpuInfo()): number {
  const cores = new Set(
    cpuInfo
      .split('\n\n')
      .map((processor) => [/^physical id\s*: (.*)$/m.exec(processor)?.[1], /^core id\s*: (.*)$/m.exec(processor)?.[1]])
      .filter(([, core]) => core !== undefined)
      .map((ids) => ids.join(' ')),
  )
  return cores.size > 0 ? cores.size : availableParallelism()
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return '' // not Linux
  }
}
