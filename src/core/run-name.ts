import { show } from './text.ts'

/** File systems take 255 bytes, and the names of what lies beside the run directory are longer. */
const longest = 200

/** Why a run directory cannot be called so, as the end of a sentence. */
export function refuseRunName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) {
    return `needs a name that a directory can have, got ${show(name)}`
  }
  const bytes = new TextEncoder().encode(name).length
  return bytes > longest ? `needs a name of at most ${longest} bytes, got ${bytes} of them` : undefined
}
