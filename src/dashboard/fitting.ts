/** The values as long as there is room for them, in letters of JSON; the very same where it is enough for all. */
export function fitting(values: Readonly<Record<string, unknown>>, letters: number): Readonly<Record<string, unknown>> {
  let room = letters
  const kept = Object.entries(values).filter(([name, value]) => {
    room -= name.length + (JSON.stringify(value)?.length ?? 0)
    return room >= 0
  })
  return kept.length === Object.keys(values).length ? values : Object.fromEntries(kept)
}
