import { statSync } from 'node:fs'
import { resolve } from 'node:path'

/** The words of a command that name files, also behind `=`; a program that is found on PATH is none of the user's. */
export function wordsThatNameFiles([program = '', ...args]: readonly string[], folder: string): string[] {
  const words = [
    ...(program.includes('/') ? [program] : []),
    ...args.flatMap((word) => [word, word.replace(/^[^=]*=/, '')]),
  ]
  return [...new Set(words)].filter((word) => isFile(resolve(folder, word)))
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false // no path at all
  }
}
