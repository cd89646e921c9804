import { leavesOf } from '../core/leaves.ts'
import type { ParameterDefinition } from '../core/space.ts'
import type { RecordReader } from '../record/reader.ts'
import { joinKinds, kindOf } from './cells.ts'
import { parameterNames, recordedSpace } from './recorded-space.ts'
import type { CellKind } from './table.ts'

/** A number, text or truth value in a parameter: its name, and where it stands in a vector or matrix. */
export interface Leaf {
  readonly path: readonly [string, ...number[]]
  readonly kind: CellKind | undefined
}

/** The parameters of a run as leaves: its individuals are looked through until no further one can change them. */
export function recordedLeaves(record: RecordReader): readonly Leaf[] {
  const leaves = new Leaves(parameterNames(record), recordedSpace(record)?.definitions)
  for (const parameters of record.parameters()) {
    leaves.scan(JSON.parse(parameters) as Record<string, unknown>)
    if (leaves.areSettled) break
  }
  return leaves.list
}

/** What is known of a value of the parameters by now. */
interface Place {
  readonly path: Leaf['path']
  /** The kind of all that its parameter may hold; undefined where that is not known. */
  readonly widest: CellKind | undefined
  kind: CellKind | undefined
  /** The places of the elements of a vector or matrix, once an individual has shown that it is one. */
  elements: Place[] | undefined
}

/** The parameters of a run as leaves, as far as its individuals have been looked at. */
class Leaves {
  readonly #places: Map<string, Place>

  /** @param names the parameters, in the order in which the experiment names them */
  constructor(names: readonly string[], definitions: readonly (readonly [string, ParameterDefinition])[] = []) {
    const widest = new Map(definitions.map(([name, definition]) => [name, widestKind(definition)]))
    this.#places = new Map(names.map((name) => [name, placeAt([name], widest.get(name))]))
  }

  scan(parameters: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(parameters)) {
      let place = this.#places.get(name)
      if (!place) {
        place = placeAt([name], undefined)
        this.#places.set(name, place)
      }
      look(parameters[name], place)
    }
  }

  /** Whether every leaf has a value of the widest kind that its parameter may hold. */
  get areSettled(): boolean {
    for (const place of this.#places.values()) if (!isSettled(place)) return false
    return true
  }

  /** The leaves in the order of the names, element after element. */
  get list(): readonly Leaf[] {
    return [...this.#places.values()].flatMap(leavesIn)
  }
}

function placeAt(path: Leaf['path'], widest: CellKind | undefined): Place {
  return { path, widest, kind: undefined, elements: undefined }
}

function look(value: unknown, place: Place): void {
  if (!Array.isArray(value)) {
    place.kind = joinKinds(place.kind, parameterKind(value))
    return
  }
  place.elements ??= []
  for (let i = 0; i < value.length; i++) {
    place.elements[i] ??= placeAt([...place.path, i], place.widest)
    look(value[i], place.elements[i]!)
  }
}

function isSettled({ kind, widest, elements }: Place): boolean {
  return elements ? elements.every(isSettled) : kind !== undefined && kind === widest
}

function leavesIn(place: Place): readonly Leaf[] {
  const { path, kind, elements } = place
  const own = kind !== undefined || !elements ? [{ path, kind }] : []
  return elements ? [...own, ...elements.flatMap(leavesIn)] : own
}

function widestKind(definition: ParameterDefinition): CellKind | undefined {
  const [leaf] = leavesOf(definition)
  switch (leaf?.type) {
    case 'real':
      return 'number'
    case 'integer':
      return 'integer'
    case 'boolean':
      return 'boolean'
    case 'choice':
    case 'ordinal':
      return leaf.values.map(parameterKind).reduce(joinKinds, undefined)
    default:
      return undefined
  }
}

/** In parameters, unlike in outputs, no text stands for a number. */
function parameterKind(value: unknown): CellKind | undefined {
  return typeof value === 'string' ? 'text' : kindOf(value)
}
