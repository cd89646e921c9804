import type { BudgetRange } from '../../src/core/budget.ts'
import type { ObjectiveMap } from '../../src/core/objectives.ts'
import type { ParameterDefinition } from '../../src/core/space.ts'
import type { NamedResult } from './named-result.ts'

/** A simulation that is a program, as plain data. */
export interface CommandOptions {
  /** The program and its arguments, with placeholders; no shell sees them. */
  readonly command: readonly string[]
  readonly parameters: readonly (readonly [name: string, definition: ParameterDefinition])[]
  readonly objectives: ObjectiveMap
  readonly result: CommandResult
  /** Environment variables of the command, in addition to this process's; with placeholders. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Where the command runs, unless it runs in the individual's directory; all files are named relative to it. */
  readonly workingDirectory?: string | undefined
  /** Files that are copied to the individual's directory, with placeholders replaced. */
  readonly templates?: readonly TemplateFile[] | undefined
  /** Files and directories that are linked in the individual's directory. */
  readonly files?: readonly string[] | undefined
  /** Where the parameters stand as one JSON object, beside the arguments. */
  readonly input?: 'stdin' | { readonly file: string } | undefined
  /** Lines of shell that make the environment of all commands of a worker. */
  readonly setup?: readonly string[] | undefined
  /** When the individual's directory stays; by default always if the command is told it, and else on failure. */
  readonly keep?: Keep | undefined
  /** `{seed}` is a whole number from 0 and below this one. */
  readonly seeds?: { readonly below: number } | undefined
  /** How much of the simulation there is; `{budget}` is how much of it is wanted. */
  readonly budget?: BudgetRange | undefined
}

export type Keep = 'never' | 'on-failure' | 'always'

/** A template by the name of its file, whose placeholders are in braces, or with other marks for a file full of braces. */
export type TemplateFile = string | { readonly file: string; readonly marks: readonly [open: string, close: string] }

/**
 * Where the command says its result. From standard output it is the last line that is not empty, from a file all of it:
 * JSON, which is a number, an array, or an object with the objectives' names. By name, each is looked for on its own. A
 * relative path of a file (it may have placeholders) lies in the individual's directory if the command is told that
 * directory or runs there, and else where the command runs; a path that all individuals would share there makes the
 * command run in the individual's directory, with those arguments that name files of the working directory made absolute.
 */
export type CommandResult =
  | { readonly from: 'stdout' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'names'; readonly names: Readonly<Record<string, NamedResult>> }
