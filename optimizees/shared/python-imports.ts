import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is longer is data that stands in a module. */
const longestModule = 4 * 2 ** 20

/**
 * The files with all modules of the user's own that those in Python import, and that these import in turn: a simulation is
 * made of them as well. Found by their text, beside the script, where Python looks first; what is installed is none of them, nor is
 * `twoloop.py`, in which there is nothing of a simulation.
 */
export function withPythonImports(files: readonly string[]): string[] {
  const found = new Set(files)
  for (const script of files.filter(isPython)) {
    const own = new Set([script])
    for (const file of own) for (const module of modulesIn(file, dirname(script))) own.add(module) // also those added meanwhile
    for (const file of own) found.add(file)
  }
  return [...found]
}

const isPython = (path: string) => path.endsWith('.py')

const statement =
  /(?:^|[;:])[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n;]+)|import[ \t]+([^\n;]+))/gm

function modulesIn(file: string, root: string): string[] {
  const names = [...textOf(file).replace(/#.*/g, '').matchAll(statement)].flatMap(
    ([, dots = '', from = '', imported = '', modules = '']) => {
      if (modules !== '') return namesIn(modules).map((name) => [root, name] as const)
      const folder = dots === '' ? root : join(dirname(file), ...Array<string>(dots.length - 1).fill('..'))
      return ['', ...namesIn(imported)].map((name) => [folder, [from, name].filter(Boolean).join('.')] as const)
    },
  )
  return names.flatMap(([folder, name]) => {
    const parts = name.split('.').filter(Boolean)
    return parts[0] === 'twoloop' ? [] : filesOf(folder, parts)
  })
}

/** As in `a, b.c as d`, perhaps in parentheses and on several lines. */
function namesIn(list: string): string[] {
  return list.split(/[(),]/).flatMap((part) => /[\w.]+/.exec(part)?.[0] ?? [])
}

/** The file of a module, and of the packages that it lies in. */
function filesOf(folder: string, parts: readonly string[]): string[] {
  return parts.flatMap((_, i) => {
    const path = join(folder, ...parts.slice(0, i + 1))
    return [`${path}.py`, join(path, '__init__.py')].filter((file) => sizeOf(file) !== undefined)
  })
}

function textOf(file: string): string {
  const size = sizeOf(file)
  if (size === undefined || size > longestModule) return ''
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // it cannot be read, and so not be imported
  }
}

/** Bytes of a file; undefined of what is none. */
function sizeOf(path: string): number | undefined {
  try {
    const status = statSync(path, { throwIfNoEntry: false })
    return status?.isFile() ? status.size : undefined
  } catch {
    return undefined
  }
}
