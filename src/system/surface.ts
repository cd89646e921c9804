import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What stands in a bundle for what need not be in it: a value of that name has the exports of these names. */
export interface Stand {
  readonly name: string
  readonly exports: ReadonlySet<string>
}

/**
 * A module that re-exports from an entry file just what another file imports of a package, straight from the files where
 * it stands: through the entry a bundler would be led through all of the package.
 *
 * @param text the importing file
 * @param stand where some of it is to come from instead
 * @returns undefined where more is imported than names in braces, or where that is not sure
 */
export function surfaceFor(text: string, packageName: string, entry: string, stand?: Stand): string | undefined {
  const lists = [...text.matchAll(importLists)].filter(([, , , from]) => from === packageName)
  const mentions = text.match(new RegExp(`(['"\`])${packageName}\\1`, 'g')) ?? []
  if (lists.length === 0 || lists.length !== mentions.length) return undefined
  const names = lists.flatMap(([, list = '']) => specifiersIn(list))
  if (!names.every((name) => aSpecifier.test(name))) return undefined
  const files = filesOf(entry)
  const known = [...new Set(names.map(nameIn).filter((name) => files.has(name)))] // what is not known is a type, or a mistake
  const standing = known.filter((name) => stand?.exports.has(name))
  const lines = known
    .filter((name) => !standing.includes(name))
    .map((name) => `export { ${name} } from ${JSON.stringify(files.get(name))}`)
  if (standing.length > 0) lines.push(`export const { ${standing.join(', ')} } = ${stand!.name}`)
  return lines.join('\n') || 'export {}' // else it would be no module to a bundler, which then misses no name in it
}

const importLists = /(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*(['"])([^'"]+)\2/g
const valueLists = /export\s+\{([^}]*)\}\s*from\s*(['"])([^'"]+)\2/g
const wholeEntries = /export\s+\*\s+from\s*(['"])(\.[^'"]+)\1/g
const aSpecifier = /^(?:type\s+)?[\w$]+(?:\s+as\s+[\w$]+)?$/

function specifiersIn(list: string): string[] {
  return list
    .split(',')
    .map((specifier) => specifier.trim())
    .filter((specifier) => specifier !== '')
}

/** `real` of `real`, `type real` and `real as number`. */
function nameIn(specifier: string): string {
  return specifier.replace(/^type\s+/, '').replace(/\s+as\s.*$/, '')
}

/**
 * Where each name that an entry file re-exports stands, also by way of a folder's own entry; types are names of sources only,
 * and stand nowhere.
 */
export function filesOf(entry: string): ReadonlyMap<string, string> {
  const text = readFileSync(entry, 'utf8')
  const all = [...text.matchAll(wholeEntries)].flatMap(([, , from = '']) => [...filesOf(join(dirname(entry), from))])
  return new Map([
    ...all,
    ...[...text.matchAll(valueLists)].flatMap(([, list = '', , from = '']) => {
      const file = from.startsWith('.') ? join(dirname(entry), from) : from
      const beyond = /^index\.[jt]s$/.test(basename(file)) ? filesOf(file) : undefined
      return specifiersIn(list)
        .filter((specifier) => /^[\w$]+$/.test(specifier))
        .map((name) => [name, beyond?.get(name) ?? file] as const)
    }),
  ])
}
