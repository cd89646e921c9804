import { type NamedResult, placeOf } from './named-result.ts'
import type { CommandResult } from './options.ts'

/** Where a result is looked for, for people. */
export function describePlaces(
  result: CommandResult,
  paths: ReadonlyMap<string, string>,
): (readonly [label: string, text: string])[] {
  switch (result.from) {
    case 'stdout':
      return [['result', 'the last line of standard output, as JSON']]
    case 'file':
      return [['result', `${paths.get(result.path)}, as JSON`]]
    case 'names':
      return Object.entries(result.names).map(([name, named]) => [`result ${name}`, describePlace(named, paths)])
  }
}

function describePlace(named: NamedResult, paths: ReadonlyMap<string, string>): string {
  const { file, after, until, pattern, column, json, take = 'last' } = placeOf(named)
  const what =
    pattern !== undefined
      ? `match of ${pattern}`
      : column !== undefined
        ? `value of column ${column}`
        : `value${json === undefined ? '' : ` of ${json}`}`
  const between = [
    ...(after === undefined ? [] : [`after ${after}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
  ]
  return [`${take} ${what}`, ...between, `in ${file === undefined ? 'standard output' : paths.get(file)}`].join(' ')
}
