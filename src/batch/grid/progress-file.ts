import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/** The name of the table that a logger writes. */
export const progressName = 'progress.txt'

/** The last whole row of a table of tab-separated values, by the columns' names; undefined if there is none. */
export function lastRow(path: string): Record<string, number | string> | undefined {
  const text = endsOf(path)
  if (text === undefined) return undefined
  const [header, ...rows] = text.split('\n')
  const row = rows.findLast((line) => line !== '')
  if (header === undefined || row === undefined) return undefined
  const cells = row.split('\t')
  return Object.fromEntries(header.split('\t').map((name, i) => [name, read(cells[i] ?? '')]))
}

/** A file up to this size is read as a whole, of a longer one the beginning and the end. */
const edgeBytes = 2 ** 20

function endsOf(path: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const { size } = fstatSync(descriptor)
    if (size <= 2 * edgeBytes) return readFileSync(descriptor, 'utf8')
    const at = (from: number) => {
      const bytes = Buffer.alloc(edgeBytes)
      return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, edgeBytes, from))
    }
    return `${at(0).split('\n')[0]}\n${at(size - edgeBytes)
      .split('\n')
      .slice(1)
      .join('\n')}`
  } finally {
    closeSync(descriptor)
  }
}

function read(cell: string): number | string {
  return cell.trim() === '' || (Number.isNaN(Number(cell)) && cell !== 'NaN') ? cell : Number(cell)
}
