import { createHash } from 'node:crypto'

/** What stands for a value that may be a secret where everybody can read: the same for the same value, and nothing else. */
export function sealed(value: string): string {
  return `sha256:${createHash('sha256').update(value).digest('hex')}`
}

/** A word of a command line, sealed if it sets the environment of a simulation. */
export function sealedSetting(word: string): string {
  const [, path, value] = /^((?:--set=)?optimizee(?:\.environment(?:\.[^=]*)?)?)=(.*)$/s.exec(word) ?? []
  return path === undefined || value === undefined || isSeal(value) ? word : `${path}=${sealed(value)}`
}

export function isSealedSetting(word: string): boolean {
  return isSeal(word.slice(word.indexOf('=') + 1))
}

function isSeal(value: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(value)
}
