import { resolve } from 'node:path'
import type { ParameterDefinition } from '../core/space.ts'
import { show } from '../core/text.ts'
import { pointsIn } from '../tables/points-of-run.ts'
import { readCells } from '../tables/read-table.ts'
import { below, type Place, refuse } from './place.ts'

type Definitions = readonly (readonly [string, ParameterDefinition])[]

/**
 * An optimizer's definition in which the rows of tables stand beside the names of their files; what has no files stays as
 * it is, checked or not.
 *
 * @param folder what the files' paths are relative to
 */
export async function readDesignTables(
  optimizer: object,
  definitions: Definitions,
  folder: string,
  place: Place,
): Promise<object> {
  const { type, design } = optimizer as { readonly type?: unknown; readonly design?: unknown }
  if (type !== 'design') return optimizer
  const read = await readTables(design, definitions, folder, below(place, 'design'))
  return read === design ? optimizer : { ...optimizer, design: read }
}

async function readTables(design: unknown, definitions: Definitions, folder: string, place: Place): Promise<unknown> {
  if (typeof design !== 'object' || design === null || Object.getPrototypeOf(design) !== Object.prototype) return design
  const { kind, file, rows } = design as { readonly kind?: unknown; readonly file?: unknown; readonly rows?: unknown }
  if (kind === 'manual' && typeof file === 'string') {
    if (rows !== undefined) refuse(place, `needs rows or a file, got both (${show(file)})`)
    return { ...design, rows: pointsIn(await readCells(resolve(folder, file)), definitions) }
  }
  const { design: inner, designs } = design as { readonly design?: unknown; readonly designs?: unknown }
  if (kind === 'repeat')
    return { ...design, design: await readTables(inner, definitions, folder, below(place, 'design')) }
  if (!Array.isArray(designs)) return design
  const parts: unknown[] = []
  for (const [i, part] of designs.entries()) {
    parts.push(await readTables(part, definitions, folder, below(place, `designs.${i}`)))
  }
  return { ...design, designs: parts }
}
