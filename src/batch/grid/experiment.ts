import { mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isMap, type PlainData } from '../../core/plain-data.ts'
import { configText, convertJson } from './convert-json.ts'
import { writeConfig } from './logger.ts'
import { type ModuleFunction, moduleFunctionsIn } from './module-function.ts'
import { type LoggerKwargs, type OutputSettings, setupLoggerKwargs } from './output-directory.ts'
import { progressName } from './progress-file.ts'
import type { ModuleCode } from './thunk-messages.ts'
import { callThunk } from './thunk-process.ts'

/** One experiment of a grid, or one that somebody calls by itself, with all that it is given. */
export interface PlannedExperiment {
  readonly name: string
  readonly thunk: ModuleFunction
  readonly kwargs: Kwargs
  /** Where the experiment writes; undefined if its keyword arguments bring a logger of their own without a directory. */
  readonly directory: string | undefined
}

export type Kwargs = Readonly<Record<string, PlainData>>

/** Keyword arguments with what every experiment gets: its seed, and what its logger is made with as far as they do not say. */
export function planExperiment(
  name: string,
  thunk: ModuleFunction,
  given: Kwargs,
  settings: OutputSettings,
): PlannedExperiment {
  const { seed, dataDir, datestamp, now } = settings
  const own = setupLoggerKwargs(name, { seed, dataDir, datestamp, now })
  const { loggerKwargs: wanted = {}, envName, ...others } = given
  const loggerKwargs = isMap(wanted) ? { ...own, ...wanted } : wanted
  const environment: Kwargs = envName === undefined ? {} : { envName: environmentOf(envName) }
  const directory = (loggerKwargs as Partial<LoggerKwargs> | null)?.outputDir
  return {
    name,
    thunk,
    kwargs: { ...others, ...environment, seed: settings.seed, loggerKwargs },
    directory: typeof directory === 'string' ? directory : undefined,
  }
}

/** The same experiment, writing below another directory; one whose logger has no directory writes where it always did. */
export function movedTo(place: string, experiment: PlannedExperiment): PlannedExperiment {
  if (experiment.directory === undefined) return experiment
  const directory = join(place, basename(experiment.directory))
  const loggerKwargs = { ...(experiment.kwargs.loggerKwargs as Kwargs), outputDir: directory }
  return { ...experiment, directory, kwargs: { ...experiment.kwargs, loggerKwargs } }
}

/** An environment that is a module is made by its default export; any other name is the thunk's own business. */
export function environmentOf(envName: PlainData): PlainData {
  const isModule = typeof envName === 'string' && /\.[cm]?[jt]s$/.test(envName)
  return isModule ? { $module: envName, $export: 'default' } : envName
}

/** The functions that an experiment needs beside its thunk. */
export function functionsOf({ kwargs }: PlannedExperiment): ModuleFunction[] {
  return [...moduleFunctionsIn(kwargs)]
}

export interface PerformOptions {
  readonly code: ModuleCode
  readonly processes: number
  readonly signal?: AbortSignal | undefined
  readonly print: (text: string) => void
  /** Which descriptor of this process the standard output of its processes is; the first by default. */
  readonly stdout?: 1 | 2 | undefined
}

/**
 * Runs an experiment in fresh processes. Its directory has its configuration from the start; what an earlier try left
 * there stays, for a thunk that can go on from it, but for the table.
 *
 * @throws SimulationFailure with the cause, if it fails
 */
export async function performExperiment(experiment: PlannedExperiment, options: PerformOptions): Promise<PlainData> {
  const { name, thunk, kwargs, directory } = experiment
  const { print, processes, signal, stdout } = options
  print(`Running experiment:\n\n${name}\n\nwith kwargs:\n\n${configText(convertJson(kwargs))}\n\n`)
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true })
    rmSync(join(directory, progressName), { force: true })
    writeConfig(directory, name, kwargs)
  }
  // Only the code that this experiment asks for.
  const needed = new Set([thunk, ...functionsOf(experiment)].map(({ $module }) => $module))
  const code = Object.fromEntries(Object.entries(options.code).filter(([module]) => needed.has(module)))
  return callThunk({ job: { does: 'call', thunks: [thunk], kwargs }, code, processes, signal, stdout })
}
