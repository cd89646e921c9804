import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Individual } from '../../src/core/individual.ts'
import { fillTemplate, mentions, parseTemplate, type Template } from '../shared/placeholders.ts'
import { badResult } from './failures.ts'
import { checkPlace, placeOf } from './named-result.ts'
import type { CommandOptions } from './options.ts'
import type { Values } from './values.ts'

/** The files in which a command leaves its results: where each individual's are, and which of them individuals share. */
export class ResultFiles {
  readonly #paths: ReadonlyMap<string, Template>
  readonly #isToldDirectory: boolean

  /**
   * @param files as the options name them
   * @param isToldDirectory whether the command is told the individual's directory: it writes there what has no absolute path
   */
  constructor(files: readonly string[], known: readonly string[], isToldDirectory: boolean) {
    this.#paths = new Map(files.map((file) => [file, parseTemplate(file, known)]))
    this.#isToldDirectory = isToldDirectory
  }

  /** The files as the options name them. */
  get names(): readonly string[] {
    return [...this.#paths.keys()]
  }

  get templates(): readonly Template[] {
    return [...this.#paths.values()]
  }

  /** The files that individuals share, unless each runs in a directory of its own. */
  get shared(): readonly string[] {
    return [...this.#paths].filter(([, path]) => !this.#isOwn(path)).map(([file]) => file)
  }

  /** @throws RangeError if no directory of an individual's own could keep the files of two apart */
  checkApart(): void {
    const same = this.shared.find((file) => isAbsolute(this.#paths.get(file)!))
    if (same === undefined) return
    throw new RangeError(
      `the result file ${JSON.stringify(same)} would be the same for all individuals; ` +
        'name it relative to the individual, or by {generation} and {index}',
    )
  }

  /** Where an individual's results will be, by the names of the options; `folder` is that in which relative names are. */
  pathsOf(values: Values, folder: () => string): ReadonlyMap<string, string> {
    return new Map([...this.#paths].map(([file, path]) => [file, resolve(folder(), fillTemplate(path, values.of))]))
  }

  /**
   * Removes what an earlier attempt has left in the place of results.
   * @throws SimulationFailure if another replicate of the same point would write to the same place
   */
  makeRoom(paths: ReadonlyMap<string, string>, { replicate }: Individual, runsInOwnDirectory: boolean): void {
    for (const [file, path] of paths) {
      if (replicate > 0 && !runsInOwnDirectory && !this.#isInDirectory(this.#paths.get(file)!)) {
        throw badResult(
          'The result file is the same for all replicates of a point; let the command write it to {directory}.',
        )
      }
      rmSync(path, { force: true })
    }
  }

  #isInDirectory(path: Template): boolean {
    return mentions(path, 'directory') || (this.#isToldDirectory && !isAbsolute(path))
  }

  /** Whether no two individuals share the file. */
  #isOwn(path: Template): boolean {
    return this.#isInDirectory(path) || (mentions(path, 'generation') && mentions(path, 'index'))
  }
}

/** The files that a result is read from, as the options name them. @throws RangeError if a place of a result makes no sense */
export function filesOfResult(result: CommandOptions['result'], objectives: readonly string[]): readonly string[] {
  switch (result.from) {
    case 'stdout':
      return []
    case 'file':
      return [result.path]
    case 'names':
      for (const [name, named] of Object.entries(result.names)) {
        checkPlace(name, placeOf(named), objectives.includes(name))
      }
      return Object.values(result.names).flatMap((named) => placeOf(named).file ?? [])
  }
}

function isAbsolute({ parts: [first] }: Template): boolean {
  return typeof first === 'string' && first.startsWith('/')
}
