import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import * as provided from '../core/provided.ts'

/** In a bundle, what whoever loads it provides of this package. */
export const providedName = '__provided'

/** The names that simulations import of this package and that are provided. */
export const providedNames: ReadonlySet<string> = new Set(Object.keys(provided))

/** The first line of a bundle: it knows its own address, and what has been provided for that. */
export const takingProvided = `const ${providedName} = globalThis[Symbol.for('twoloop')]?.get(import.meta.url)`

const key = Symbol.for('twoloop')

/** Imports a bundle, which has what this process has of this package: also where a process has two instances of it. */
export async function importProviding(path: string): Promise<Record<string, unknown>> {
  const { href } = pathToFileURL(path)
  const places = globalThis as unknown as Record<symbol, Map<string, typeof provided> | undefined>
  places[key] ??= new Map()
  for (const address of [href, pathToFileURL(realpathSync(path)).href]) places[key].set(address, provided)
  return (await import(/* @vite-ignore */ href)) as Record<string, unknown>
}
