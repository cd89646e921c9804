import { join } from 'node:path'
import { cgroupFolders, readOrNothing } from '../../src/system/cgroup.ts'

/** How often the kernel has killed for lack of memory in this process's cgroup; undefined where it does not say. */
export function memoryKills(self = '/proc/self/cgroup', root = '/sys/fs/cgroup'): number | undefined {
  for (const { version, path } of cgroupFolders('memory', { self, root })) {
    const text = readOrNothing(join(path, version === 2 ? 'memory.events' : 'memory.oom_control'))
    const count = /^oom_kill (\d+)$/m.exec(text ?? '')
    if (count) return Number(count[1])
  }
  return undefined
}
