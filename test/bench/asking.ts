import { parseArgs } from 'node:util'
import { createOptimizer } from '../../optimizers/index.ts'
import { defineOptimizee, Individual, real } from '../../src/index.ts'

/**
 * What `ask` and `tell` of an optimizer cost an individual, with all that is checked of its answers, in microseconds of processor
 * time and over a loop that draws as many numbers and sorts them: `--optimizers genetic-algorithm,cma-es --dimension 10
 * --population 100`. The least of many turns, by turns in one process.
 */
export async function benchAsking(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      optimizers: {
        type: 'string',
        default: 'genetic-algorithm,genetic-algorithm/breeding=generations,l-shade,particle-swarm,cma-es,random-search',
      },
      dimension: { type: 'string', default: '10' },
      population: { type: 'string', default: '100' },
    },
  })
  const [dimension, population] = [Number(values.dimension), Number(values.population)]
  const problem = problemOf(dimension)
  const choices = values.optimizers.split(',')
  const least = new Map<string, number>()
  const note = (name: string, microseconds: number) => {
    least.set(name, Math.min(microseconds, least.get(name) ?? Number.POSITIVE_INFINITY))
  }
  let clock = Number.POSITIVE_INFINITY // what it takes to look at the time
  for (let turn = 0; turn < turns; turn++) {
    clock = Math.min(
      clock,
      timed(() => {}),
    )
    note('plain', timed(() => drawAndSort(generations * population, dimension)) / (generations * population))
    for (const choice of choices) note(choice, search(problem, choice, population) - (2 * clock) / population)
  }
  const plain = least.get('plain')!
  const rows = choices.map((optimizer) => {
    const microseconds = least.get(optimizer)!
    return { optimizer, microseconds: rounded(microseconds), overPlain: rounded(microseconds / plain) }
  })
  return { dimension, population, plain: rounded(plain), rows }
}

const turns = 15
const generations = 100

function problemOf(dimension: number) {
  const names = Array.from({ length: dimension }, (_, i) => `x${i}`)
  return defineOptimizee({
    module: import.meta.url,
    parameters: Object.fromEntries(names.map((name) => [name, real(-5, 5)])),
    objectives: { cost: 'minimize' },
    simulate: ({ parameters }) => names.reduce((sum, name) => sum + parameters[name]! ** 2, 0),
  })
}

/** Microseconds of asking and telling for each individual. */
function search(problem: ReturnType<typeof problemOf>, choice: string, population: number): number {
  const [type = '', ...given] = choice.split('/')
  const settings = Object.fromEntries(given.map((setting) => setting.split('=') as [string, string]))
  const sized = { populationSize: population, ...settings }
  const optimizer = createOptimizer(problem, {
    type,
    seed: 1,
    generations: Number.MAX_SAFE_INTEGER,
    ...(type === 'random-search' ? settings : sized),
  })
  const { search } = optimizer
  let microseconds = 0
  let count = 0
  for (let generation = 0; generation < generations; generation++) {
    let proposals: ReturnType<typeof search.ask> = []
    microseconds += timed(() => {
      proposals = search.ask(population)
    })
    const individuals = proposals.map(
      ({ parameters }, index) => new Individual({ generation, index, replicate: 0 }, parameters, 1),
    )
    const evaluations = individuals.map((individual) => ({
      individual,
      outcome: 'done' as const,
      fitness: [problem.simulate(individual as never, {} as never) as number],
    }))
    microseconds += timed(() => {
      search.expect(individuals)
      search.tell(evaluations)
    })
    count += proposals.length
  }
  return microseconds / count
}

/** What nothing that breeds can do without. */
function drawAndSort(count: number, dimension: number): void {
  const drawn = Array.from({ length: count }, () => Array.from({ length: dimension }, Math.random))
  drawn.sort((a, b) => a[0]! - b[0]!)
}

function timed(call: () => void): number {
  const begin = process.cpuUsage()
  call()
  const { user, system } = process.cpuUsage(begin)
  return user + system
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100
}
