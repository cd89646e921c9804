import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { GivenFile } from '../core/optimizee.ts'

/** Puts files into an individual's directory; those of an earlier attempt are replaced, never written through. */
export function layFiles(directory: string, files: readonly GivenFile[]): void {
  for (const file of files) {
    const path = join(directory, file.name)
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true })
    if ('link' in file) symlinkSync(file.link, path)
    else writeFileSync(path, file.text, { flag: 'wx' })
  }
}
