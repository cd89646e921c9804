import { arrowColumns } from '../tables/read-arrow.ts'

/** The first columns of every table of individuals, and of the rows of a batch. */
const ourColumns = /^(generation,index,replicate,seed|RunId,iteration),/

/** How ndjson and json begin with the same columns; a table without rows is an empty list in json, and holds nothing to lose. */
const ourObjects = /^((\[\n)?\{("generation":\d+,"index":\d|"RunId":\d+,"iteration":\d)|\[\]\n$)/

/**
 * Whether a file is what an export wrote, in any format: by its columns, since people have tables of their own in each.
 *
 * @param beginning its first bytes, each a character
 */
export async function isTableOfRun(path: string, beginning: string): Promise<boolean> {
  try {
    if (beginning.startsWith('PAR1')) {
      const { parquetColumns } = await import('../tables/read-parquet.ts')
      return ourColumns.test((await parquetColumns(path)).join())
    }
    if (beginning.startsWith('\xff\xff\xff\xff')) return ourColumns.test((await arrowColumns(path)).join())
  } catch {
    return false // What cannot be read as the table it begins as is none of ours.
  }
  return ourColumns.test(beginning) || ourObjects.test(beginning)
}
