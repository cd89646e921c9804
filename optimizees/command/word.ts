import type { ParameterDefinition } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { fillTemplate, mentions, parseTemplate, type Template } from '../shared/placeholders.ts'

/** A word of a command: text with placeholders. What names a parameter that does not apply is not there. */
export interface Word {
  readonly template: Template
  /** The parameters that it names and that may be absent. */
  readonly conditional: readonly string[]
  readonly flag: Flag | undefined
}

/** What decides whether a word is there: a parameter that is true, one that applies, or that there is something to restore. */
interface Flag {
  readonly name: string
  readonly where: 'true' | 'applies' | 'restored'
}

/**
 * @param known the names that have a value
 * @throws RangeError if there is a placeholder without one, or a flag of what is not true or false and always applies
 */
export function parseWord(
  text: string,
  known: readonly string[],
  parameters: readonly (readonly [string, ParameterDefinition])[],
): Word {
  const wordOf = (text: string, flag: Flag | undefined): Word => {
    const template = parseTemplate(text, known)
    const conditional = parameters.flatMap(([name, { when }]) => (when && mentions(template, name) ? [name] : []))
    return { template, conditional, flag }
  }
  const [, name, word] = /^\{([^{}?]+)\?(.*)\}$/s.exec(text) ?? []
  if (name === undefined || word === undefined) return wordOf(text, undefined)
  const definition = parameters.find(([known]) => known === name)?.[1]
  if (definition?.type === 'boolean') return wordOf(word, { name, where: 'true' })
  if (definition?.when !== undefined) return wordOf(word, { name, where: 'applies' })
  if (definition === undefined && name === 'restore' && known.includes(name)) {
    return wordOf(word, { name, where: 'restored' })
  }
  const given = definition === undefined ? 'no parameter' : `of the type ${definition.type}`
  throw new RangeError(
    `${show(text)} is a flag and needs the name of a boolean parameter, or of one with a condition, but ${name} is ${given}`,
  )
}

/** The words that are there, filled in. */
export function fillWords(
  words: readonly Word[],
  parameters: Readonly<Record<string, unknown>>,
  fill: (placeholder: string) => string,
): string[] {
  const isThere = ({ conditional, flag }: Word) =>
    conditional.every((name) => parameters[name] !== undefined) && (flag === undefined || isUp(flag, parameters, fill))
  return words.filter(isThere).map(({ template }) => fillTemplate(template, fill))
}

function isUp(
  { name, where }: Flag,
  parameters: Readonly<Record<string, unknown>>,
  fill: (placeholder: string) => string,
): boolean {
  switch (where) {
    case 'true':
      return parameters[name] === true
    case 'applies':
      return parameters[name] !== undefined
    case 'restored':
      return fill(name) !== ''
  }
}

export function tells({ template, flag }: Word, name: string): boolean {
  return flag?.name === name || mentions(template, name)
}
