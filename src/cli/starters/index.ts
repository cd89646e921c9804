import { julia } from './julia.ts'
import { python } from './python.ts'
import { r } from './r.ts'
import { shell } from './shell.ts'
import type { Starter } from './starter.ts'
import { typescript } from './typescript.ts'

export const starters = { typescript, python, r, julia, shell } as const satisfies Readonly<Record<string, Starter>>

export type Language = keyof typeof starters

/** The experiment file of a starter. @param schema where editors find what may stand in it */
export function experimentFile(name: string, { optimizee }: Starter, schema: string): string {
  return `# yaml-language-server: $schema=${schema}
name: ${JSON.stringify(name)}
optimizee:
${optimizee
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
optimizer: { type: genetic-algorithm, populationSize: 16, generations: 15, seed: 1 }
runner: { workers: 2 }
`
}
