import { readFileSync } from 'node:fs'

/** How often the kernel has killed for lack of memory in this process's cgroup; undefined where it does not say. */
export function memoryKills(cgroupFile = '/proc/self/cgroup', root = '/sys/fs/cgroup'): number | undefined {
  const lines = read(cgroupFile)?.split('\n') ?? []
  for (const line of lines) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    // Within a container the path is the host's, and what is mounted is the cgroup itself.
    const places =
      controllers === ''
        ? [`${root}${path}/memory.events`, `${root}/memory.events`]
        : controllers === 'memory'
          ? [`${root}/memory${path}/memory.oom_control`, `${root}/memory/memory.oom_control`]
          : []
    for (const place of places) {
      const count = /^oom_kill (\d+)$/m.exec(read(place) ?? '')
      if (count) return Number(count[1])
    }
  }
  return undefined
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
