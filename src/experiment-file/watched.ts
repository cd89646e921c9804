/** The same values; whose names are looked at is noted. They can be copied like any others. */
export function watched(
  values: Readonly<Record<string, unknown>>,
  used: Set<string>,
): Readonly<Record<string, unknown>> {
  const watching: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(watching, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        used.add(name)
        return value
      },
      set: (other: unknown) => {
        Object.defineProperty(watching, name, { value: other, writable: true, enumerable: true, configurable: true })
      },
    })
  }
  return watching
}
