import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
const installed = join(root, 'node_modules')

/** An empty project that has installed what `npm pack` makes, with its dependencies and nothing else. */
export class InstalledProject {
  readonly directory = mkdtempSync(join(tmpdir(), 'twoloop-package-'))
  /** What `npm pack` made. */
  readonly packed: string
  /** Where the package lies in the project. */
  readonly package = join(this.directory, 'node_modules/twoloop')

  readonly #command: string

  constructor() {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', this.directory]
    this.packed = this.at(execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim())
    execFileSync('tar', ['xzf', this.packed], { cwd: this.directory })
    mkdirSync(this.at('node_modules'))
    renameSync(this.at('package'), this.package)
    const { bin, dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(this.package, 'package.json'), 'utf8'),
    )
    this.#command = join(this.package, bin.twoloop)
    this.install(...Object.keys({ ...dependencies, ...optionalDependencies }))
    writeFileSync(this.at('package.json'), JSON.stringify({ type: 'module', private: true }))
  }

  at(...path: readonly string[]): string {
    return join(this.directory, ...path)
  }

  /** Adds packages that this clone has. */
  install(...names: readonly string[]): void {
    for (const name of names) {
      const place = this.at('node_modules', name)
      mkdirSync(dirname(place), { recursive: true })
      symlinkSync(join(installed, name), place)
    }
  }

  /** What Node.js prints that runs a program in the project. */
  node(...words: readonly string[]): string {
    return execFileSync(process.execPath, words, { cwd: this.directory, encoding: 'utf8' })
  }

  /** What the installed command prints. */
  twoloop(...words: readonly string[]): string {
    return this.node(this.#command, ...words)
  }

  /** What the compiler has to say of the files, as strict as it can be. */
  compile(...files: readonly string[]): string {
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false']
    const words = [...strict, '--module', 'nodenext', '--target', 'es2023', ...files]
    try {
      return this.node(join(installed, 'typescript/bin/tsc'), ...words)
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }
}
