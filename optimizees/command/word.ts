import type { ParameterDefinition } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { fillTemplate, mentions, parseTemplate, type Template } from '../shared/placeholders.ts'

/** A word of a command: text with placeholders; that of a flag is there where its parameter is true, of `restore` where there is something to restore. */
export interface Word {
  readonly template: Template
  readonly flag: string | undefined
}

/**
 * @param known the names that have a value
 * @throws RangeError if there is a placeholder without one, or a flag of what is not true or false
 */
export function parseWord(
  text: string,
  known: readonly string[],
  parameters: readonly (readonly [string, ParameterDefinition])[],
): Word {
  const [, flag, word] = /^\{([^{}?]+)\?(.*)\}$/s.exec(text) ?? []
  if (flag === undefined || word === undefined) return { template: parseTemplate(text, known), flag: undefined }
  const isRestore = flag === 'restore' && known.includes(flag)
  if (isRestore) return { template: parseTemplate(word, known), flag }
  const definition = parameters.find(([name]) => name === flag)?.[1]
  if (definition?.type !== 'boolean') {
    const given = definition === undefined ? 'no parameter' : `of the type ${definition.type}`
    throw new RangeError(`${show(text)} is a flag and needs the name of a boolean parameter, but ${flag} is ${given}`)
  }
  return { template: parseTemplate(word, known), flag }
}

/** The words that are there, filled in. */
export function fillWords(
  words: readonly Word[],
  parameters: Readonly<Record<string, unknown>>,
  fill: (placeholder: string) => string,
): string[] {
  const there = words.filter(
    ({ flag }) => flag === undefined || parameters[flag] === true || isRestored(flag, parameters, fill),
  )
  return there.map(({ template }) => fillTemplate(template, fill))
}

export function tells({ template, flag }: Word, name: string): boolean {
  return flag === name || mentions(template, name)
}

function isRestored(flag: string, parameters: object, fill: (placeholder: string) => string): boolean {
  return flag === 'restore' && !Object.hasOwn(parameters, flag) && fill(flag) !== ''
}
