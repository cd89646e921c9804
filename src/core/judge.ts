import { MissingResult } from './constraints.ts'
import type { Judge } from './evaluation.ts'
import type { Problem } from './optimizee.ts'

/** How the results of a problem are judged by its constraints; undefined if it has none, so that they cost nothing. */
export function judgeOf({ constraints, objectives }: Pick<Problem, 'constraints' | 'objectives'>): Judge | undefined {
  if (!constraints || constraints.size === 0) return undefined
  return ({ parameters }, fitness, outputs = {}) => {
    const results = { ...outputs, ...Object.fromEntries(objectives.names.map((name, i) => [name, fitness[i]])) }
    try {
      return { constraints: constraints.judge(parameters, results) }
    } catch (error) {
      const message = `The result cannot be judged: ${error instanceof Error ? error.message : String(error)}.`
      const missing = error instanceof MissingResult ? { missing: error.missing } : {}
      return { cause: { kind: 'bad-result', message, ...missing } }
    }
  }
}
