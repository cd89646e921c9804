import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type CgroupPlaces, cgroupFolders, ownCgroup, readOrNothing } from './cgroup.ts'

/** How many CPUs this process may keep busy: a container may have less time than the machine has CPUs. */
export function usableCpus(places: CgroupPlaces = ownCgroup, cpus = availableParallelism()): number {
  const quotas = cgroupFolders('cpu', places).map(({ version, path }) =>
    version === 2
      ? quotaOf(join(path, 'cpu.max'))
      : quotaOf(join(path, 'cpu.cfs_quota_us'), join(path, 'cpu.cfs_period_us')),
  )
  return Math.max(1, Math.floor(Math.min(cpus, ...quotas)))
}

/** CPUs' worth of time, from a quota and a period that stand in one file or in two; infinite if nothing limits it. */
function quotaOf(...files: readonly string[]): number {
  const [quota, period] = files
    .map((file) => readOrNothing(file) ?? '')
    .join(' ')
    .trim()
    .split(/\s+/)
    .map(Number)
  return quota !== undefined && period !== undefined && quota > 0 && period > 0
    ? quota / period
    : Number.POSITIVE_INFINITY
}
