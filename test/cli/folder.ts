import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { build } from '../search-child.ts'

/** The program of the command line, as it was built. */
export const program = join(build, 'command/main.js')

export interface ProgramEnd {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A folder of a user, removed at the end. */
export class UserFolder implements Disposable {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'twoloop-cli-test-')))

  write(name: string, content: string | object, mode = 0o644): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    chmodSync(path, mode)
    return path
  }

  /** The command line there, in a process of its own. */
  async twoloop(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramEnd> {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...words], {
      cwd: this.path,
      reject: false,
      env,
    })
    return { code: exitCode, stdout, stderr }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
