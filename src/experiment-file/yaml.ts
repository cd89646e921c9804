import { isMap, isScalar, parseDocument, type Scalar, visit, type YAMLError } from 'yaml'
import { ConfigurationError, messageOf } from '../core/errors.ts'
import { show } from '../core/text.ts'
import { type Place, quotesNeeded, refuse } from './place.ts'

/** The keys of an experiment in a text of YAML, and so of JSON. Names such as `__proto__` are names and nothing more. */
export function parseText(text: string, file: string): object {
  const place = { file, path: '' }
  const document = attempt(place, () => parseDocument(text, { merge: true, prettyErrors: true, logLevel: 'error' }))
  const refuseAt = (line: number | undefined, column: number | undefined, sentence: string, cause?: Error): never => {
    const at = line === undefined ? '' : `, line ${line}, column ${column}`
    throw new ConfigurationError(`${file}${at}: ${sentence}`, { cause })
  }
  const refuseAfter = (before: string, sentence: string): never => {
    const lines = before.split('\n')
    return refuseAt(lines.length, lines.at(-1)!.length + 1, sentence)
  }
  const [error] = document.errors
  if (error?.message.startsWith('Maximum call stack')) refuse(place, tooDeep)
  const hintAt = (offset: number) => (standsInConstraints(text, offset) ? `; ${quotesNeeded}` : '')
  if (error) {
    const sentence = `${describeError(error, text)}${hintAt(error.pos[0])}`
    refuseAt(error.linePos?.[0].line, error.linePos?.[0].col, sentence, error)
  }
  const tag = document.warnings.find(({ code }) => code === 'TAG_RESOLVE_FAILED')
  if (tag) {
    const word = /^\S+/.exec(text.slice(tag.pos[0]))?.[0]
    const sentence = `${word} without quotes is a tag in YAML; wanted a text in quotes${hintAt(tag.pos[0])}`
    refuseAt(tag.linePos?.[0].line, tag.linePos?.[0].col, sentence, tag)
  }
  visit(document, {
    Alias(_, alias) {
      const [begin = 0] = alias.range ?? []
      if (alias.resolve(document)) return
      const sentence = `*${alias.source} without quotes is an alias in YAML, and nothing above it is marked &${alias.source}`
      refuseAfter(text.slice(0, begin), `${sentence}${hintAt(begin)}`)
    },
    Scalar(_, { value, source, range, type, comment }) {
      const isCut = type === 'PLAIN' && comment != null && (source?.match(/["']/g)?.length ?? 0) % 2 === 1
      if (isCut && standsInConstraints(text, range![0])) {
        refuseAfter(text.slice(0, range![0]), `what follows # is a comment in YAML; ${quotesNeeded}`)
      }
      if (typeof value !== 'number' || source === undefined || !losesDigits(source, value)) return
      refuseAfter(text.slice(0, range?.[0]), tooManyDigits(source))
    },
    Map(_, { flow, items, range }) {
      if (!flow) return
      const glued = items.find(({ key, value }) => value === null && isScalar(key) && /^\w+:./.test(String(key.value)))
      if (glued && items.length > 1) {
        const { value, range } = glued.key as Scalar
        const written = String(value)
        refuseAfter(text.slice(0, range?.[0]), `${written} is one word in YAML; wanted "${written.replace(':', ': ')}"`)
      }
      const [pair, ...others] = items
      if (!pair || others.length > 0 || pair.value !== null || !isScalar(pair.key)) return
      const name = `{${String(pair.key.value)}}`
      refuseAfter(text.slice(0, range?.[0]), `${name} without quotes is a map in YAML; wanted "${name}"`)
    },
  })
  const definition = attempt(place, () => toObjects(document.toJS({ mapAsMap: true }), new Map()))
  if (!isNestedAtMost(definition, deepest)) refuse(place, tooDeep)
  if (!isMap(document.contents)) refuse(place, `needs the keys of an experiment, got ${show(definition)}`)
  return definition as object
}

/** Whether the nearest key above, or on the same line, is that of constraints. */
function standsInConstraints(text: string, offset: number): boolean {
  const keys = text.slice(0, offset).matchAll(/^[ \t]*["']?([\w-]+)["']?[ \t]*:/gm)
  return [...keys].at(-1)?.[1] === 'constraints'
}

/** The names of a map in the order of the file, where JavaScript has those first that are whole numbers. */
export function namesInOrder(map: Readonly<Record<string, unknown>>): string[] {
  const { [order]: written = [] } = map as { readonly [order]?: readonly string[] }
  return [...new Set([...written.filter((name) => Object.hasOwn(map, name)), ...Object.keys(map)])]
}

const order = Symbol('names in the order of the file')

/** Maps as objects; one that stands at several places is one object again. */
function toObjects(value: unknown, known: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const before = known.get(value)
  if (before) return before
  if (Array.isArray(value)) {
    const list: unknown[] = []
    known.set(value, list)
    for (const element of value) list.push(toObjects(element, known))
    return list
  }
  if (!(value instanceof Map)) return value
  const object = {}
  known.set(value, object)
  const names: string[] = []
  for (const [key, nested] of value) {
    if (typeof key === 'object' && key !== null) throw new Error(`a name needs to be a text, got ${show(key)}`)
    const name = String(key ?? '')
    names.push(name)
    const now = toObjects(nested, known)
    Object.defineProperty(object, name, { value: now, enumerable: true, writable: true, configurable: true })
  }
  const isMoved = Object.keys(object).some((name, i) => name !== names[i])
  // Enumerable, so that copies of the object keep it.
  return isMoved ? Object.assign(object, { [order]: names }) : object
}

/** What is said of a number that is read as another. */
export function tooManyDigits(source: string): string {
  return `${source} has more digits than a number keeps; wanted a smaller one, or a text in quotes`
}

/** Whether a whole number is written with digits that are not its own. */
export function losesDigits(source: string, value: number): boolean {
  if (!/^[-+]?\d+$/.test(source) || Number.isSafeInteger(value)) return false
  return !Number.isFinite(value) || BigInt(source.replace('+', '')) !== BigInt(value)
}

/** What the reader of YAML throws itself: aliases of what is not there, or of what grows with each; too deep a nesting. */
function attempt<T>(place: Place, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) refuse(place, tooDeep)
    throw new ConfigurationError(`${place.file}: ${messageOf(error).split('\n')[0]}`, { cause: error })
  }
}

/** No experiment comes near it. */
const deepest = 100
const tooDeep = `is nested more than ${deepest} deep`

function describeError({ code, message, pos }: YAMLError, text: string): string {
  const key = /^(".*?"|'.*?'|[^\s:,]+)/.exec(text.slice(pos[0]))?.[0]
  if (code === 'DUPLICATE_KEY' && key) return `${key} comes twice`
  const placeholder = /^\{[^{}:,\s]*\}/.exec(text.slice(pos[0]))?.[0]
  if (placeholder) return `a word with ${placeholder} in it is a map in YAML; wanted the word in quotes`
  if (code === 'MULTIPLE_DOCS') return 'a second document begins; wanted one experiment in a file'
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
}

function isNestedAtMost(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((nested) => isNestedAtMost(nested, levels - 1))
}
