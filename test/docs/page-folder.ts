import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { build } from '../search-child.ts'

const root = join(import.meta.dirname, '../..')

export type Block = { readonly language: string; readonly code: string }

/** The code of a page of docs/, in its order, without what is a file of the examples. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, 'docs', `${page}.md`), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }))
}

/** A folder in which a reader follows a page: `npx twoloop` is this build, and the files are those of an example. */
export class PageFolder {
  readonly directory = mkdtempSync(join(tmpdir(), 'twoloop-page-'))
  readonly #environment: NodeJS.ProcessEnv

  constructor(...examples: readonly string[]) {
    for (const example of examples) {
      cpSync(join(root, 'test/examples', example), this.at(example.includes('.') ? example : ''), { recursive: true })
    }
    const bin = this.at('bin')
    mkdirSync(bin)
    const npx = join(bin, 'npx')
    writeFileSync(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(build, 'command/main.js')}' "$@"\n`)
    chmodSync(npx, 0o755)
    this.#environment = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
  }

  at(...path: readonly string[]): string {
    return join(this.directory, ...path)
  }

  /** What a program prints that is run there. */
  run(program: string, ...words: readonly string[]): string {
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    return execFileSync(program, words, {
      cwd: this.directory,
      env: this.#environment,
      encoding: 'utf8',
      stdio: [...stdio],
    })
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }
}
