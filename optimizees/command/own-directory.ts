import { lstatSync, readFileSync } from 'node:fs'
import { basename, isAbsolute, normalize, resolve } from 'node:path'
import type { GivenFile } from '../../src/core/optimizee.ts'
import { fillLines, parseMarked, parseTemplate, type Template } from '../shared/placeholders.ts'
import type { TemplateFile } from './options.ts'

/** What stands in the directory of an individual before its command runs there. */
export class OwnDirectory {
  readonly #templates: readonly { readonly name: string; readonly template: Template }[]
  readonly #files: readonly { readonly name: string; readonly path: string }[]

  /**
   * @param written what else each individual has of its own there: its input, its results
   * @throws RangeError if a file is not there, has a placeholder that means nothing, or would be written to the user's own
   */
  constructor(
    templates: readonly TemplateFile[],
    files: readonly string[],
    folder: string,
    known: readonly string[],
    written: readonly string[] = [],
  ) {
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
      if (nameOf(file) === '.') throw new RangeError(`${path} cannot be linked in itself; name what is needed in it`)
      return { name: nameOf(file), path }
    })
    const { names } = this
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined) throw new RangeError(`two files would be ${twice} in the individual's directory`)
    this.#checkLinked([...names, ...written.map(normalize)])
  }

  /** What stands in a linked folder stands in the user's, for all individuals at once. */
  #checkLinked(names: readonly string[]): void {
    for (const { name: folder, path } of this.#files) {
      const inside = names.find((name) => name.startsWith(`${folder}/`))
      if (inside === undefined) continue
      throw new RangeError(
        `${inside} would be written to ${path} itself, since ${folder} is linked as a whole; link what is needed in it one by one`,
      )
    }
  }

  get templates(): readonly Template[] {
    return this.#templates.map(({ template }) => template)
  }

  get names(): readonly string[] {
    return [...this.#templates, ...this.#files].map(({ name }) => name)
  }

  /** The files with their placeholders replaced, without the lines that name what does not apply. */
  files(fill: (placeholder: string) => string | undefined): GivenFile[] {
    const links = this.#files.map(({ name, path }) => ({ name, link: path }))
    return [...links, ...this.#templates.map(({ name, template }) => ({ name, text: fillLines(template, fill) }))]
  }
}

/** The same name as beside the experiment file; of what lies elsewhere, its last part. */
export function nameOf(file: string): string {
  const name = normalize(file).replace(/\/+$/, '')
  return isAbsolute(name) || name.startsWith('..') ? basename(name) : name
}

/**
 * @param others the names of what stands in the individual's directory already
 * @throws RangeError if it would be the file of somebody else
 */
export function checkInput(file: string, others: readonly string[]): void {
  if (isAbsolute(file) || normalize(file).startsWith('..')) {
    throw new RangeError(`the input file ${file} needs to be in the individual's directory, which each has for itself`)
  }
  if (others.includes(normalize(file))) {
    throw new RangeError(`the input file ${file} would take the place of a template or linked file of that name`)
  }
}

function readTemplate(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is none' : (error as Error).message
    throw new RangeError(`needs the template ${path}: ${why}`)
  }
}
