import type { ObjectiveMap } from '../../src/core/objectives.ts'
import type { ParameterDefinition } from '../../src/core/space.ts'

/** A simulation that is a program which stays, as plain data. */
export interface ProgramOptions {
  /** The program and its arguments; no shell sees them. It is started once in each worker. */
  readonly program: readonly string[]
  readonly parameters: readonly (readonly [name: string, definition: ParameterDefinition])[]
  readonly objectives: ObjectiveMap
  /** Environment variables of the program, in addition to this process's. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Where the program runs. */
  readonly workingDirectory?: string | undefined
  /** Lines of shell that make the program's environment. */
  readonly setup?: readonly string[] | undefined
  /** Milliseconds for which a program is waited for that does not say that it is ready. */
  readonly ready?: number | undefined
}
