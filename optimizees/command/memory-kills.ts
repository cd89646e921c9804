import { join } from 'node:path'
import { type CgroupPlaces, cgroupFolders, ownCgroup, readOrNothing } from '../../src/system/cgroup.ts'

/** How often the kernel has killed for lack of memory in this process's cgroup; the file that tells is looked for once. */
export class MemoryKills {
  readonly #file: string | undefined

  constructor(places: CgroupPlaces = ownCgroup) {
    this.#file = cgroupFolders('memory', places)
      .map(({ version, path }) => join(path, version === 2 ? 'memory.events' : 'memory.oom_control'))
      .find((file) => countIn(file) !== undefined)
  }

  /** 0 where the system does not say. */
  get count(): number {
    return (this.#file === undefined ? undefined : countIn(this.#file)) ?? 0
  }
}

function countIn(file: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(readOrNothing(file) ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}
