import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, normalize, resolve } from 'node:path'
import { fillTemplate, parseMarked, parseTemplate, type Template } from '../shared/placeholders.ts'
import type { TemplateFile } from './options.ts'

/** What stands in the directory of an individual before its command runs there. */
export class OwnDirectory {
  readonly #templates: readonly { readonly name: string; readonly template: Template }[]
  readonly #files: readonly { readonly name: string; readonly path: string }[]

  /** @throws RangeError if a file is not there, or has a placeholder that means nothing */
  constructor(templates: readonly TemplateFile[], files: readonly string[], folder: string, known: readonly string[]) {
    this.#templates = templates.map((given) => {
      const file = typeof given === 'string' ? given : given.file
      const text = readTemplate(resolve(folder, file))
      try {
        const template = typeof given === 'string' ? parseTemplate(text, known) : parseMarked(text, known, given.marks)
        return { name: nameOf(file), template }
      } catch (error) {
        const hint =
          typeof given === 'string' ? `; for a file full of braces: { file: ${file}, marks: ["<<", ">>"] }` : ''
        throw new RangeError(`the template ${file}: ${(error as Error).message}${hint}`)
      }
    })
    this.#files = files.map((file) => {
      const path = resolve(folder, file)
      if (!lstatSync(path, { throwIfNoEntry: false })) throw new RangeError(`there is no file ${path} to link`)
      return { name: nameOf(file), path }
    })
    const names = [...this.#templates, ...this.#files].map(({ name }) => name)
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined) throw new RangeError(`two files would be ${twice} in the individual's directory`)
  }

  get isEmpty(): boolean {
    return this.#templates.length + this.#files.length === 0
  }

  get templates(): readonly Template[] {
    return this.#templates.map(({ template }) => template)
  }

  /** Whether something of this name will be there. */
  has(name: string): boolean {
    return [...this.#templates, ...this.#files].some((one) => one.name === nameOf(name))
  }

  /** Puts the files there; those of an earlier attempt are replaced. */
  prepare(directory: string, fill: (placeholder: string) => string): void {
    for (const { name, path } of this.#files) {
      symlinkSync(path, this.#free(directory, name))
    }
    for (const { name, template } of this.#templates) {
      writeFileSync(this.#free(directory, name), fillTemplate(template, fill), { flag: 'wx' })
    }
  }

  #free(directory: string, name: string): string {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true }) // a link, or a file that was made from a template
    return path
  }
}

/** The same name as beside the experiment file; of what lies elsewhere, its last part. */
function nameOf(file: string): string {
  const name = normalize(file).replace(/\/+$/, '')
  return isAbsolute(name) || name.startsWith('..') ? basename(name) : name
}

function readTemplate(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is none' : (error as Error).message
    throw new RangeError(`needs the template ${path}: ${why}`)
  }
}
