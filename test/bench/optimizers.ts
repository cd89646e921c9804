import { parseArgs } from 'node:util'
import { createOptimizer, type OptimizerChoice } from '../../optimizers/index.ts'
import { type Attainment, areaWithin, expectedRunningTime, reachedWithin, solvedFunctions } from './bbob/attainment.ts'
import { type MakeSearcher, searchBbob } from './bbob/bbob-search.ts'
import { bbobNumbers, separableNumbers } from './bbob/functions.ts'
import { searchDiscrete } from './discrete/discrete-search.ts'
import { searchNoisy } from './noisy/noisy-search.ts'

/**
 * How good optimizers are, in this process and on one core: on the 24 BBOB functions (`bbob`), on problems with choices and
 * integers (`discrete`), and with noise (`noisy`).
 *
 * `--suites bbob,discrete,noisy --optimizers cma-es,cma-es/restarts=none --dimensions 2,5 --budget 1000 --instances 3
 * --functions 1,8 --seeds 5 --seed 0 --replications 1,3,10`: the budget is in evaluations for each dimension; settings follow the
 * name.
 */
export async function benchOptimizers(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suites: { type: 'string', default: 'bbob' },
      optimizers: { type: 'string', default: 'auto,cma-es,genetic-algorithm' },
      dimensions: { type: 'string', default: '2,5,10' },
      functions: { type: 'string', default: bbobNumbers.join(',') },
      /** How many, or from which on (`4-6`): settings are chosen on the first three. */
      instances: { type: 'string', default: '3' },
      budget: { type: 'string', default: '1000' },
      seeds: { type: 'string', default: '5' },
      seed: { type: 'string', default: '0' },
      replications: { type: 'string', default: '1,3,10' },
    },
  })
  const suites = values.suites.split(',')
  const optimizers = values.optimizers.split(',')
  const [seeds, seed] = [Number(values.seeds), Number(values.seed)]
  const counts = numbersIn(values.replications)
  const make = (text: string) => searcherOf(choiceIn(text), seed)
  return {
    ...(suites.includes('bbob') && benchBbob(optimizers, make, values)),
    ...(suites.includes('discrete') && {
      discrete: optimizers.map((optimizer) => ({ optimizer, problems: searchDiscrete(make(optimizer), seeds) })),
    }),
    ...(suites.includes('noisy') && {
      noisy: optimizers.map((optimizer) => ({
        optimizer,
        functions: searchNoisy(make(optimizer), { counts, simulations: 5000, seeds }),
      })),
    }),
  }
}

interface BbobOptions {
  readonly dimensions: string
  readonly functions: string
  readonly instances: string
  readonly budget: string
}

function benchBbob(optimizers: readonly string[], make: (text: string) => MakeSearcher, options: BbobOptions) {
  const factor = Number(options.budget)
  const instances = instancesIn(options.instances)
  const functions = numbersIn(options.functions)
  const rows = numbersIn(options.dimensions).flatMap((dimension) =>
    optimizers.map((optimizer) => {
      const searches = functions.flatMap((number) => instances.map((instance) => ({ number, instance, dimension })))
      const begin = process.cpuUsage()
      const attainments = searches.map((search) => searchBbob(make(optimizer), search, factor * dimension))
      const { user } = process.cpuUsage(begin)
      return { dimension, optimizer, ...figuresOf(attainments, dimension, factor), seconds: user / 1e6 }
    }),
  )
  return { factor, instances, functions, rows }
}

function searcherOf(choice: OptimizerChoice, seed: number) {
  const make: MakeSearcher = (problem, own) =>
    createOptimizer(problem, { ...choice, seed: 100_000 * seed + own, generations: Number.MAX_SAFE_INTEGER })
  return make
}

/** Budgets at which figures are given, in evaluations for each dimension. */
const marks = [10, 50, 100, 300, 1000, 3000, 10_000]

function figuresOf(attainments: readonly Attainment[], dimension: number, factor: number) {
  const within = marks.filter((mark) => mark <= factor)
  const others = attainments.filter((attainment) => !separableNumbers.includes(attainment.function))
  const at = (some: readonly Attainment[], mark: number) => rounded(reachedWithin(some, mark * dimension))
  return {
    ecdf: Object.fromEntries(within.map((mark) => [mark, at(attainments, mark)])),
    area: Object.fromEntries(
      within.map((mark) => [mark, rounded(areaWithin(attainments, mark * dimension, dimension))]),
    ),
    solved: solvedFunctions(attainments),
    notSeparable: others.length === 0 ? {} : Object.fromEntries(within.map((mark) => [mark, at(others, mark)])),
    curve: curveOf(attainments, dimension, factor),
    functions: [...new Set(attainments.map((attainment) => attainment.function))].map((number) => {
      const own = attainments.filter((attainment) => attainment.function === number)
      return {
        function: number,
        ecdf: Object.fromEntries(within.map((mark) => [mark, at(own, mark)])),
        expectedRunningTime: expectedRunningTime(own, factor * dimension),
      }
    }),
  }
}

/** The part of the targets that is reached, at ten budgets for each power of ten: for plots. */
function curveOf(attainments: readonly Attainment[], dimension: number, factor: number): [number, number][] {
  const count = Math.round(10 * Math.log10(factor))
  return Array.from({ length: count + 1 }, (_, i) => {
    const budget = 10 ** (i / 10)
    return [rounded(budget), rounded(reachedWithin(attainments, budget * dimension))]
  })
}

/** `name`, or `name/setting=value/...`, where a value is JSON or a text. */
function choiceIn(text: string): OptimizerChoice {
  const [type = '', ...settings] = text.split('/')
  const pairs = settings.map((pair) => {
    const [name = '', value = ''] = pair.split('=')
    return [name, valueIn(value)] as const
  })
  return { type, ...Object.fromEntries(pairs) }
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function instancesIn(text: string): number[] {
  const [first, last] = text.includes('-') ? numbersIn(text.replace('-', ',')) : [1, Number(text)]
  return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
}

function numbersIn(list: string): number[] {
  return list.split(',').map(Number)
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000
}
