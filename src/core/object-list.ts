/**
 * An empty list for objects. V8 takes `[]` for a list of small numbers until the first object comes: what it has compiled for
 * one kind of list is compiled anew for the other, which costs more than all that is done with a thousand individuals.
 */
export function objectList<T extends object>(): T[] {
  return empty.slice() as T[]
}

const empty: object[] = [{}]
empty.length = 0
