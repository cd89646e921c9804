import { quoteWord } from '../../src/core/shell-words.ts'
import type { Variables } from '../../src/system/process-group.ts'

/** The lines by which a user starts in a shell what a worker starts without one. */
export function shellLines(
  words: readonly string[],
  options: {
    readonly setup?: readonly string[] | undefined
    readonly directory: string
    readonly environment: Variables
    /** The line that it reads from standard input. */
    readonly input?: string | undefined
  },
): string {
  const { setup = [], directory, environment, input } = options
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoteWord(value)}`],
  )
  const given = input === undefined ? [] : ['printf', `'%s\\n'`, quoteWord(input), '|']
  return [...setup, ['cd', quoteWord(directory), '&&', ...given, ...variables, ...words.map(quoteWord)].join(' ')].join(
    '\n',
  )
}
