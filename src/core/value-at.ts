/** What stands at a path into nested values; undefined where the path leads nowhere. */
export function valueAt(whole: unknown, path: readonly PropertyKey[]): unknown {
  let at = whole
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  return at
}
