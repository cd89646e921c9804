import { parseArgs } from 'node:util'
import { createOptimizer, type OptimizerChoice } from '../../optimizers/index.ts'
import { type Attainment, areaWithin, expectedRunningTime, reachedWithin, solvedFunctions } from './bbob/attainment.ts'
import { type MakeSearcher, searchBbob } from './bbob/bbob-search.ts'
import { bbobNumbers, separableNumbers } from './bbob/functions.ts'

/**
 * How good optimizers are on the 24 BBOB functions, in this process and on one core.
 *
 * `--optimizers cma-es,cma-es/restarts=none --dimensions 2,5 --budget 1000 --instances 3 --functions 1,8 --seed 0`:
 * the budget is in evaluations for each dimension; settings follow the name.
 */
export async function benchOptimizers(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      optimizers: { type: 'string', default: 'genetic-algorithm,cross-entropy' },
      dimensions: { type: 'string', default: '2,5,10' },
      functions: { type: 'string', default: bbobNumbers.join(',') },
      instances: { type: 'string', default: '3' },
      budget: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '0' },
    },
  })
  const factor = Number(values.budget)
  const instances = Number(values.instances)
  const functions = numbersIn(values.functions)
  const rows = []
  for (const dimension of numbersIn(values.dimensions)) {
    for (const text of values.optimizers.split(',')) {
      const searches = functions.flatMap((number) =>
        Array.from({ length: instances }, (_, i) => ({ number, instance: i + 1, dimension })),
      )
      const begin = process.cpuUsage()
      const attainments = searches.map((search) =>
        searchBbob(searcherOf(choiceIn(text), Number(values.seed)), search, factor * dimension),
      )
      const { user } = process.cpuUsage(begin)
      rows.push({ dimension, optimizer: text, ...figuresOf(attainments, dimension, factor), seconds: user / 1e6 })
    }
  }
  return { factor, instances, functions, rows }
}

function searcherOf(choice: OptimizerChoice, seed: number): MakeSearcher {
  return (problem, own) =>
    createOptimizer(problem, { ...choice, seed: 100_000 * seed + own, generations: Number.MAX_SAFE_INTEGER })
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

function numbersIn(list: string): number[] {
  return list.split(',').map(Number)
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000
}
