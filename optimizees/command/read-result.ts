import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { SimulationResult } from '../../src/core/evaluation.ts'
import { textOfBytes } from '../../src/core/text.ts'
import { readJson } from '../shared/read-json.ts'
import { badResult } from './failures.ts'
import { type NamedResult, placeOf, readPlace } from './named-result.ts'
import { readNumber } from './read-number.ts'
import type { ProgramEnd } from './run-program.ts'

/** A result file is read up to this size. */
const fileBytes = 64 * 2 ** 20

export function readLastLine({ tail, cut }: ProgramEnd): SimulationResult {
  const text = textOfBytes(tail).trimEnd()
  if (text === '')
    throw badResult('The command printed no result; wanted JSON in the last line of its standard output.')
  const begin = text.lastIndexOf('\n') + 1
  if (cut && begin === 0) throw badResult(`The last line of standard output is longer than ${tail.length} bytes.`)
  return parseResult(text.slice(begin), 'The last line of standard output')
}

export async function readResultFile(path: string): Promise<SimulationResult> {
  return parseResult(await readText(path), `The result file ${path}`)
}

/** @param paths of the files by the names that the places have for them */
export async function readNamed(
  names: Readonly<Record<string, NamedResult>>,
  objectives: readonly string[],
  { tail, cut }: ProgramEnd,
  paths: ReadonlyMap<string, string>,
): Promise<SimulationResult> {
  const stdout = textOfBytes(tail)
  const texts = new Map<string, string>()
  const values: [string, unknown][] = []
  for (const [name, named] of Object.entries(names)) {
    const place = placeOf(named)
    const path = place.file === undefined ? undefined : paths.get(place.file)!
    if (path !== undefined && !texts.has(path)) texts.set(path, await readText(path))
    const read = readPlace(path === undefined ? stdout : texts.get(path)!, place, objectives.includes(name))
    if ('refusal' in read) {
      const where = path ?? (cut ? `the last ${tail.length} bytes of standard output` : 'standard output')
      throw badResult(`The result ${name} is not in ${where}: ${read.refusal}.`)
    }
    values.push([name, read.value])
  }
  return Object.fromEntries(values)
}

async function readText(path: string): Promise<string> {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) throw badResult(`The command left no result file ${path}.`)
  if (!status.isFile()) throw badResult(`The result file ${path} is not a regular file.`)
  if (status.size > fileBytes) throw badResult(`The result file ${path} is longer than ${fileBytes} bytes.`)
  return textOfBytes(await readFile(path))
}

/** Whether it is a fitness is judged by whoever has asked for the simulation. */
function parseResult(text: string, what: string): SimulationResult {
  try {
    return readJson(text) as SimulationResult
  } catch {
    const number = readNumber(text)
    if (number !== undefined) return number
    const begin = text.trim().slice(0, 80)
    const shown = begin === '' ? 'nothing' : JSON.stringify(begin) + (text.trim().length > 80 ? ' ...' : '')
    throw badResult(`${what} must be JSON, got ${shown}.`)
  }
}
