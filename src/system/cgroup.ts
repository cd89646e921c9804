import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** Where a process finds out which cgroup it is in, and where cgroups are mounted. */
export interface CgroupPlaces {
  readonly self: string
  readonly root: string
}

export const ownCgroup: CgroupPlaces = { self: '/proc/self/cgroup', root: '/sys/fs/cgroup' }

/** A folder of the cgroup that a process is in, or of one around that. */
export interface CgroupFolder {
  readonly version: 1 | 2
  readonly path: string
}

/** The folders that may limit, or tell of, what a controller controls; the cgroup's own comes before those around it. */
export function cgroupFolders(controller: string, { self, root }: CgroupPlaces = ownCgroup): readonly CgroupFolder[] {
  return (readOrNothing(self) ?? '').split('\n').flatMap((line): readonly CgroupFolder[] => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) return []
    // Within a container the path is the host's, and what is mounted at the root is the cgroup itself.
    const around = pathsUp(path)
    if (controllers === '') return around.map((each) => ({ version: 2, path: posix.join(root, each) }))
    if (!controllers.split(',').includes(controller)) return []
    return around.map((each) => ({ version: 1, path: posix.join(root, controller, each) }))
  })
}

/** `/a/b` and what is above it, up to `/`. */
function pathsUp(path: string): readonly string[] {
  const above = posix.dirname(path)
  return above === path || path === '' ? ['/'] : [path, ...pathsUp(above)]
}

/** The text of a file; undefined if there is none. */
export function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
