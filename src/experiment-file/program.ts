import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { show } from '../core/text.ts'

/**
 * Why a program cannot be started, as the end of a sentence, or undefined if it can.
 * @param searchPath undefined where nobody knows it yet
 */
export function refuseProgram(program: string, folder: string, searchPath: string | undefined): string | undefined {
  if (program.includes('/')) {
    const path = resolve(folder, program)
    switch (lookAt(path)) {
      case 'executable':
        return undefined
      case 'not executable':
        return `needs a program, and ${path} is not executable`
      case 'missing':
        return `needs a program, and there is no file ${path}`
    }
  }
  if (searchPath === undefined) return undefined
  const found = searchPath.split(delimiter).map((directory) => lookAt(join(directory || '.', program)))
  if (found.includes('executable')) return undefined
  if (lookAt(join(folder, program)) !== 'missing')
    return `needs a program on PATH, got ${show(program)}; did you mean ./${program}?`
  return `needs a program, and ${program} is not found on PATH`
}

function lookAt(path: string): 'executable' | 'not executable' | 'missing' {
  try {
    if (!statSync(path).isFile()) return 'missing'
  } catch {
    return 'missing'
  }
  try {
    accessSync(path, constants.X_OK)
    return 'executable'
  } catch {
    return 'not executable'
  }
}
