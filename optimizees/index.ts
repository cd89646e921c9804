import { extname } from 'node:path'
import { z } from 'zod'
import type { Optimizee } from '../src/core/optimizee.ts'
import activeWait, { type ActiveWaitOptions } from './active-wait.ts'
import epidemic, { type EpidemicOptions } from './epidemic/epidemic.ts'
import { outbreak } from './epidemic/outbreak.ts'
import { type FunctionName, landscapes } from './functions/landscapes.ts'
import benchmarkFunction, { type FunctionOptions } from './functions.ts'

const functionNames = Object.keys(landscapes) as [FunctionName, ...FunctionName[]]

/** The simulations that are built in, by the name under which experiment files ask for them. */
export const optimizees = {
  epidemic: {
    summary: 'An SIR epidemic, fitted to the influenza outbreak in an English boarding school in 1978',
    settings: z.strictObject({
      infected: z
        .number()
        .gt(0)
        .lt(outbreak.boys)
        .default(outbreak.inBed[0])
        .describe('How many boys are infected on day 0'),
    }),
    module: moduleOf('epidemic/epidemic'),
    create: (options: EpidemicOptions) => untyped(epidemic(options)),
  },
  function: {
    summary: 'One of 15 functions to try optimizers on, with noise if wanted',
    settings: z.strictObject({
      name: z.enum(functionNames).default('rastrigin2d').describe('Which function'),
      noise: z.number().min(0).default(0).describe('Standard deviation of the noise, drawn anew for each evaluation'),
    }),
    module: moduleOf('functions'),
    create: (options: FunctionOptions) => untyped(benchmarkFunction(options)),
  },
  'active-wait': {
    summary: 'Keeps a core busy by counting primes, to try out workers and machines',
    settings: z.strictObject({
      difficulty: z.int().min(3).default(20_000).describe('The largest number below which an individual counts primes'),
      milliseconds: z.number().min(0).default(0).describe('How long an evaluation is busy at least'),
    }),
    module: moduleOf('active-wait'),
    create: (options: ActiveWaitOptions) => untyped(activeWait(options)),
  },
} as const

/** Whoever asks for it by name does not know the types of its parameters. */
function untyped<P>(optimizee: Optimizee<P>): Optimizee {
  return optimizee as unknown as Optimizee
}

/** The module's own file: TypeScript beside this one's source, JavaScript beside what it was compiled to. */
function moduleOf(name: string): string {
  return new URL(`./${name}${extname(import.meta.url)}`, import.meta.url).href
}
