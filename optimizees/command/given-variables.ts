import type { Variables } from '../../src/system/process-group.ts'
import { fillTemplate, mentions, parseTemplate, type Template } from '../shared/placeholders.ts'

/** The environment variables that an experiment gives a command; a placeholder in one stands for what is the individual's. */
export class GivenVariables {
  readonly #variables: readonly (readonly [name: string, value: Template])[]

  /** @throws RangeError at a placeholder that means nothing */
  constructor(environment: Readonly<Record<string, string>>, known: readonly string[]) {
    this.#variables = Object.entries(environment).map(([name, value]) => [name, parseTemplate(value, known)])
  }

  /** Those that are the same for all individuals, as lines of setup see them. */
  get common(): Variables {
    const common = this.#variables.filter(([, { parts }]) => parts.every((part) => typeof part === 'string'))
    return Object.fromEntries(common.map(([name, value]) => [name, fillTemplate(value, String)]))
  }

  /** All of them; what names a parameter that does not apply is not there. */
  of(fill: (placeholder: string) => string | undefined): Variables {
    return Object.fromEntries(this.#variables.map(([name, value]) => [name, fillAll(value, fill)]))
  }

  mentions(placeholder: string): boolean {
    return this.#variables.some(([, value]) => mentions(value, placeholder))
  }
}

function fillAll({ parts }: Template, fill: (placeholder: string) => string | undefined): string | undefined {
  const filled = parts.map((part) => (typeof part === 'string' ? part : fill(part.placeholder)))
  return filled.includes(undefined) ? undefined : filled.join('')
}
