import { basename, extname } from 'node:path'
import { type ObjectiveMap, Objectives } from '../core/objectives.ts'
import type { PlainData } from '../core/plain-data.ts'
import type { RunIdentity } from './run-identity.ts'
import { sealed } from './secret.ts'

type PlainMap = { readonly [key: string]: PlainData }

/**
 * What makes a search the same in records of version 1: each front door had a form of its own. The parts that it did not
 * write down are those of the search that is wanted; its states are upgraded to the algorithm of now.
 */
export function readVersionOne(known: PlainData, wanted: RunIdentity): RunIdentity {
  const form = known as PlainMap
  if ('batch' in form) return ofBatch(form, wanted)
  if ('grid' in form) return ofGrid(form, wanted)
  return 'failures' in form ? ofFile(form, wanted) : ofProgram(form, wanted)
}

export function isOfVersionOne(known: PlainData): boolean {
  return (known as PlainMap).version === undefined
}

function ofFile(form: PlainMap, wanted: RunIdentity): RunIdentity {
  return {
    ...wanted,
    parameters: form.parameters!,
    objectives: form.objectives as RunIdentity['objectives'],
    optimizee: simulationOf(form.optimizee as PlainMap, wanted),
    optimizer: { ...wanted.optimizer, ...(form.optimizer as PlainMap) },
    failures: form.failures as unknown as RunIdentity['failures'],
    warmStart: (form.warmStart as string | undefined) ?? null,
  }
}

/** Made in the experiment, a module, built in, or else a command. */
function simulationOf(form: PlainMap, { optimizee }: RunIdentity): RunIdentity['optimizee'] {
  if ('in' in form) return { ...optimizee, options: null }
  const { module, type, options = null } = form
  if (typeof module === 'string') return { module: basename(module, extname(module)), options }
  if (type !== undefined) return { ...optimizee, options }
  const environment = form.environment as readonly (readonly [string, string])[]
  return {
    module: 'command',
    options: { ...form, environment: environment.map(([name, value]) => [name, sealed(value)]) },
  }
}

function ofProgram(form: PlainMap, wanted: RunIdentity): RunIdentity {
  const { type, ...settings } = form.optimizer as PlainMap
  return {
    ...wanted,
    parameters: form.parameters!,
    objectives: pairsOf(form.objectives as ObjectiveMap),
    optimizee: { ...wanted.optimizee, options: form.optimizee! },
    optimizer: { ...wanted.optimizer, type: type as string, settings },
    warmStart: (form.warmStart as string | undefined) ?? null,
  }
}

function ofBatch({ batch, runs, sha256, ...options }: PlainMap, wanted: RunIdentity): RunIdentity {
  return {
    ...wanted,
    optimizee: { module: batch as string, options },
    optimizer: { ...wanted.optimizer, type: 'design', settings: { seed: 0, runs: runs!, sha256: sha256! } },
  }
}

function ofGrid({ objectives, failures, ...options }: PlainMap, wanted: RunIdentity): RunIdentity {
  const named = objectives as readonly (readonly [string, 'minimize' | 'maximize' | number])[]
  return {
    ...wanted,
    ...(named.length > 0 && { objectives: pairsOf(Object.fromEntries(named)) }),
    optimizee: { module: 'grid', options },
    failures: failures as unknown as RunIdentity['failures'],
  }
}

function pairsOf(map: ObjectiveMap): RunIdentity['objectives'] {
  const { names, weights } = new Objectives(map)
  return names.map((name, i) => [name, weights[i]!] as const)
}
