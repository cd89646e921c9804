import type { SlurmNode } from './allocation.ts'

/** A worker that lives, and the node or host that it is on. */
export interface Placed {
  readonly worker: number
  readonly node: string
}

/** A node that failed under a worker gets another one last, for this long. */
const distrustMs = 30_000

/**
 * Which node of an allocation the next worker goes to: steps that name no node pile up on the first one, and one that
 * names a node without free CPUs waits while others are idle.
 */
export class Placement {
  readonly #cpusPerWorker: number
  readonly #distrusted = new Map<string, number>()
  #nodes: readonly SlurmNode[]

  constructor(nodes: readonly SlurmNode[], cpusPerWorker: number) {
    this.#nodes = nodes
    this.#cpusPerWorker = cpusPerWorker
  }

  /** How many nodes the allocation has left. */
  get nodes(): number {
    return this.#nodes.length
  }

  /** How many workers fit in all. */
  get capacity(): number {
    return this.#nodes.reduce((sum, node) => sum + this.#slots(node), 0)
  }

  /** The node for one more worker; undefined if there is no room. */
  choose(living: readonly Placed[], benched: readonly string[], now: number): string | undefined {
    const open = this.#nodes.filter(({ name }) => !benched.some((host) => isSameHost(host, name)))
    const choices = (open.length > 0 ? open : this.#nodes).map((node) => {
      const occupied = living.filter((placed) => isSameHost(placed.node, node.name)).length
      const isDistrusted = (this.#distrusted.get(node.name) ?? 0) > now
      return { name: node.name, occupied, free: this.#slots(node) - occupied, isDistrusted }
    })
    const [best] = choices
      .filter(({ free }) => free > 0)
      .sort((a, b) => Number(a.isDistrusted) - Number(b.isDistrusted) || a.occupied - b.occupied || b.free - a.free)
    return best?.name
  }

  distrust(node: string, now: number): void {
    this.#distrusted.set(node, now + distrustMs)
  }

  /** Others are lost to the allocation, and do not come back to it. */
  keepOnly(names: readonly string[]): void {
    this.#nodes = this.#nodes.filter(({ name }) => names.includes(name))
  }

  #slots({ cpus }: SlurmNode): number {
    return Math.floor(cpus / this.#cpusPerWorker)
  }
}

/** A host may call itself by a longer name than Slurm calls it. */
function isSameHost(host: string, node: string): boolean {
  return host.split('.')[0] === node.split('.')[0]
}
