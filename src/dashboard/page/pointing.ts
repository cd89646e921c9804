/** How many pictures are pointed at: one, unless a pointer is between two of them. */
let pointers = 0
let waiting: (() => void)[] = []

/** Notes that somebody points at a picture, until the function that it gives is called. */
export function pointAt(): () => void {
  pointers++
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    pointers--
    if (pointers > 0) return
    const now = waiting
    waiting = []
    for (const go of now) go()
  }
}

/** When nobody points at a picture: what is new of a run would move it away. */
export function nobodyPoints(): Promise<void> {
  return pointers === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))
}
