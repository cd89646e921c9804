import { parseArgs } from 'node:util'
import { createOptimizer } from '../../optimizers/index.ts'
import { defineOptimizee, Individual, real } from '../../src/index.ts'

/**
 * What `ask` and `tell` of an optimizer cost an individual, with all that is checked of its answers, in microseconds of processor
 * time and over a loop that draws as many numbers and sorts them: `--optimizers genetic-algorithm,cma-es --dimension 10
 * --population 100 --orders generations,ordered`. The least of many turns, by turns in one process.
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
      orders: { type: 'string', default: 'generations,ordered' },
    },
  })
  const [dimension, population] = [Number(values.dimension), Number(values.population)]
  const problem = problemOf(dimension)
  const choices = values.optimizers.split(',')
  const orders = values.orders.split(',') as Order[]
  const least = new Map<string, number>()
  const note = (name: string, microseconds: number) => {
    least.set(name, Math.min(microseconds, least.get(name) ?? Number.POSITIVE_INFINITY))
  }
  for (let turn = 0; turn < turns; turn++) {
    note('plain', timed(() => drawAndSort(generations * population, dimension)) / (generations * population))
    for (const choice of choices) {
      for (const order of orders) note(`${choice} ${order}`, search(problem, choice, order, population))
    }
  }
  const plain = least.get('plain')!
  const rows = choices.flatMap((optimizer) =>
    orders.map((order) => {
      const microseconds = least.get(`${optimizer} ${order}`)!
      return { optimizer, order, microseconds: rounded(microseconds), overPlain: rounded(microseconds / plain) }
    }),
  )
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

/** Microseconds of asking and telling for each individual; making and simulating them is taken off. */
function search(problem: BenchProblem, choice: string, order: Order, population: number): number {
  const [type = '', ...given] = choice.split('/')
  const settings = Object.fromEntries(given.map((setting) => setting.split('=') as [string, string]))
  const sized = { populationSize: population, ...settings }
  const { search } = createOptimizer(problem, {
    type,
    seed: 1,
    generations: Number.MAX_SAFE_INTEGER,
    ...(type === 'random-search' ? settings : sized),
  })
  const play = order === 'generations' ? playGenerations : playOrdered
  const all = timed(() => play(problem, search, population))
  const proposals = search.ask(population)
  const others = timed(() => {
    for (let generation = 0; generation < generations; generation++) {
      evaluationsOf(problem, individualsOf(proposals, generation, 0))
    }
  })
  return (all - others) / (generations * population)
}

function playGenerations(problem: BenchProblem, search: BenchSearch, population: number): void {
  for (let generation = 0; search.asked < generations * population; generation++) {
    const individuals = individualsOf(search.ask(population), generation, 0)
    search.expect(individuals)
    search.tell(evaluationsOf(problem, individuals))
  }
}

/** A population is ahead of the telling, and each that is told is followed by another. */
function playOrdered(problem: BenchProblem, search: BenchSearch, population: number): void {
  const pending: (Individual | undefined)[] = []
  for (let told = 0; told < generations * population; told++) {
    const individuals = individualsOf(search.askAtMost(population - (pending.length - told)), 0, pending.length)
    search.expect(individuals)
    pending.push(...individuals)
    search.tell(evaluationsOf(problem, [pending[told]!]))
    pending[told] = undefined
  }
}

type BenchProblem = ReturnType<typeof problemOf>
type BenchSearch = ReturnType<typeof createOptimizer>['search']
type Proposals = ReturnType<BenchSearch['ask']>
type Order = 'generations' | 'ordered'

function individualsOf(proposals: Proposals, generation: number, first: number): Individual[] {
  return proposals.map(({ parameters }: Proposals[number], i: number) => {
    return new Individual({ generation, index: first + i, replicate: 0 }, parameters, 1)
  })
}

function evaluationsOf(problem: BenchProblem, individuals: readonly Individual[]) {
  return individuals.map((individual) => ({
    individual,
    outcome: 'done' as const,
    fitness: [problem.simulate(individual as never, {} as never) as number],
  }))
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
