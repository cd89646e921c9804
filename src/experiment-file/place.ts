import { z } from 'zod'
import { ConfigurationError, messageOf } from '../core/errors.ts'
import { OptimizerError } from '../core/optimizer-error.ts'
import { parseSettings, SettingsError } from '../core/settings.ts'
import { printable } from '../core/text.ts'

/** A place in an experiment's file, for the sentence of an error. */
export interface Place {
  readonly file: string
  /** Dotted, empty for the whole. */
  readonly path: string
}

export function below(place: Place, key: string): Place {
  return { ...place, path: place.path === '' ? key : `${place.path}.${key}` }
}

/** Settings with their defaults filled in. @throws SettingsError with file, path, wanted and got */
export function parseAt<S extends z.ZodType>(schema: S, given: unknown, place: Place): z.output<S> {
  const { file, path } = place
  try {
    if (path === '') return parseSettings(schema, given, file)
    return parseSettings(z.strictObject({ [path]: schema }), { [path]: given }, file)[path] as z.output<S>
  } catch (error) {
    // Names come from the file: with a line break in one, the sentence would have lines.
    throw error instanceof SettingsError
      ? new SettingsError(asFileWrites(file, error.message), { cause: error })
      : error
  }
}

/** What `make` makes; what it throws is said together with the place. */
export function makeAt<T>(place: Place, make: () => T): T {
  try {
    return make()
  } catch (error) {
    refuseBy(error, place)
  }
}

/** Says what was thrown together with the place, and the path in it once, also where the sentence begins with it. */
export function refuseBy(error: unknown, place: Place): never {
  const message = messageOf(error)
  const sentence = message.length > 500 ? `${message.slice(0, 500)}...` : message
  const isSaid = ['.', ':', ' '].some((end) => message.startsWith(`${place.path}${end}`))
  const where = place.path === '' || isSaid ? place.file : `${place.file}: ${place.path}`
  // What an algorithm has made of numbers stands in no file.
  const said = error instanceof OptimizerError ? printable : (text: string) => asFileWrites(place.file, text)
  throw new ConfigurationError(said(`${where}: ${sentence}`), { cause: error })
}

export function refuse(place: Place, sentence: string): never {
  const where = place.path === '' ? `${place.file}:` : `${place.file}: ${place.path}`
  throw new ConfigurationError(asFileWrites(place.file, `${where} ${sentence}`))
}

/** A sentence on one line, with numbers that are not finite as the file writes them. */
function asFileWrites(file: string, sentence: string): string {
  const text = printable(sentence)
  if (!/\.ya?ml$|^--set /.test(file)) return text
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\bInfinity\b|\bNaN\b/g, (word) =>
    word === 'Infinity' ? '.inf' : word === 'NaN' ? '.nan' : word,
  )
}

/** What to do about constraints, which are full of what YAML reads in its own way. */
export const quotesNeeded =
  "quotes are needed around the whole of a constraint with such marks in it, as in '!adaptive'"
