import { isOptimizee, type Optimizee } from '../../src/core/optimizee.ts'
import { importProviding } from '../../src/system/import-providing.ts'

/** A module that gives no optimizee. */
export class NoOptimizee extends Error {
  override readonly name = 'NoOptimizee'
}

/**
 * The optimizee that a module's default export is, makes from options, or (an experiment file) has as its `optimizee`.
 * @throws NoOptimizee if it is nothing of the kind; whatever the module throws when it is imported
 */
export async function loadOptimizee(path: string, options?: unknown): Promise<Optimizee> {
  return optimizeeOf(await importProviding(path), options)
}

export async function optimizeeOf(module: Record<string, unknown>, options?: unknown): Promise<Optimizee> {
  if (module.default === undefined) {
    throw new NoOptimizee('it has no default export; wanted an optimizee made with defineOptimizee')
  }
  const made: unknown =
    typeof module.default === 'function'
      ? await (module.default as (options: unknown) => unknown)(options)
      : module.default
  if (isOptimizee(made)) return made
  const nested = (made as { optimizee?: unknown } | null)?.optimizee
  if (isOptimizee(nested)) return nested
  throw new NoOptimizee('its default export is no optimizee; wanted one made with defineOptimizee')
}
