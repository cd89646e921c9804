import { quoteWord } from '../../src/core/shell-words.ts'
import type { Variables } from '../../src/system/process-group.ts'

/** The lines by which a user starts in a shell what a worker starts without one. */
export function shellLines(
  words: readonly string[],
  options: {
    readonly setup?: readonly string[] | undefined
    readonly directory: string
    readonly environment: Variables
    /** The variables whose values may be secrets: the user's shell has them, and no line that is printed. */
    readonly unsaid: readonly string[]
    /** The line that it reads from standard input. */
    readonly input?: string | undefined
  },
): string {
  const { setup = [], directory, environment, unsaid, input } = options
  const variables = Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined) return []
    return [`${name}=${unsaid.includes(name) ? `"\${${name}?set it as environment does}"` : quoteWord(value)}`]
  })
  const given = input === undefined ? [] : ['printf', `'%s\\n'`, quoteWord(input), '|']
  return [...setup, ['cd', quoteWord(directory), '&&', ...given, ...variables, ...words.map(quoteWord)].join(' ')].join(
    '\n',
  )
}
