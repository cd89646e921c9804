import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes a folder hold these files and no others. What is as it should be is not touched: a process may be reading it. */
export function replaceFiles(folder: string, files: readonly { readonly name: string; readonly text: string }[]): void {
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of files) {
    const path = join(folder, name)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
  }
  const names = new Set(files.map(({ name }) => name))
  for (const name of readdirSync(folder).filter((name) => !names.has(name))) rmSync(join(folder, name), { force: true })
}
