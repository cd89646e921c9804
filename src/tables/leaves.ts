import { joinKinds, kindOf } from './cells.ts'
import type { CellKind } from './table.ts'

/** A number, text or truth value in a parameter: its name, and where it stands in a vector or matrix. */
export interface Leaf {
  readonly path: readonly [string, ...number[]]
  readonly kind: CellKind | undefined
}

/** The parameters of a run as leaves, as far as its individuals have been looked at. */
export class Leaves {
  readonly #names: readonly string[]
  readonly #leaves = new Map<string, Leaf>()

  /** @param names the parameters, in the order in which the experiment names them */
  constructor(names: readonly string[]) {
    this.#names = names
    // A vector's own leaf is taken away by its elements', once an individual shows that it is one.
    for (const name of names) this.#leaves.set(JSON.stringify([name]), { path: [name], kind: undefined })
  }

  scan(parameters: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(parameters)) this.#scan(parameters[name], [name])
  }

  /** In the order of the names, element after element. */
  get list(): readonly Leaf[] {
    return [...this.#leaves.values()].sort(byParameter(this.#names))
  }

  #scan(value: unknown, path: Leaf['path']): void {
    const key = JSON.stringify(path)
    const leaf = this.#leaves.get(key)
    if (!Array.isArray(value)) {
      this.#leaves.set(key, { path, kind: joinKinds(leaf?.kind, typeof value === 'string' ? 'text' : kindOf(value)) })
      return
    }
    if (leaf?.kind === undefined) this.#leaves.delete(key)
    value.forEach((element, i) => {
      this.#scan(element, [...path, i])
    })
  }
}

function byParameter(names: readonly string[]): (a: Leaf, b: Leaf) => number {
  const places = new Map(names.map((name, i) => [name, i]))
  return (a, b) => {
    const [nameA, ...indicesA] = a.path
    const [nameB, ...indicesB] = b.path
    const byName = (places.get(nameA) ?? names.length) - (places.get(nameB) ?? names.length)
    if (byName !== 0) return byName
    const differing = indicesA.findIndex((index, i) => index !== indicesB[i])
    return differing < 0 ? indicesA.length - indicesB.length : indicesA[differing]! - (indicesB[differing] ?? -1)
  }
}
