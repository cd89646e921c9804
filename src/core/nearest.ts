/** The known name that is closest to a misspelt one, if any is close; `max_steps` and `maxSteps` are as good as equal. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(plainName(name), plainName(candidate))
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** Without what tells the spellings of several words apart. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/(?<=.)[_-](?=.)/g, '')
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    previous = row
  }
  return previous[b.length]!
}
