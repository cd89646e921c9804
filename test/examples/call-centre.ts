import { defineOptimizee, integer, type Random } from 'twoloop'

/** A working day of a call centre: who waits longer than a minute has cost 20. */
function costOfDay(agents: number, random: Random): number {
  const minutes = 8 * 60
  const until = (mean: number) => -mean * Math.log(1 - random.uniform())
  const freeAt = new Array<number>(agents).fill(0)
  let late = 0
  for (let now = until(1); now < minutes; now += until(1)) {
    const first = freeAt.indexOf(Math.min(...freeAt)) // a call a minute, answered by whoever is free first
    const begin = Math.max(now, freeAt[first]!)
    if (begin - now > 1) late++
    freeAt[first] = begin + until(5) // it takes five minutes on average
  }
  return 300 * agents + 20 * late
}

export default defineOptimizee({
  module: import.meta.url,
  parameters: { agents: integer(4, 15) },
  objectives: { cost: 'minimize' },
  simulate: ({ parameters: { agents } }, { random }) => costOfDay(agents, random),
})
