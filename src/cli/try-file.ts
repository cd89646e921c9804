import { Trial, type Tried } from '../experiment-file/try.ts'
import { describeStart, describeTried } from './describe-trial.ts'
import { exitCodes } from './fail.ts'
import { jsonText, print } from './output.ts'
import { StopSignal } from './signals.ts'

/** Tries an individual of an experiment's file and says what came of it. Returns the exit code. */
export async function tryFile(file: string, set: readonly string[], json: boolean): Promise<number> {
  using trial = await Trial.of(file, set)
  // A module may keep this process busy, so that no signal would be heard.
  using stop = trial.explanation && new StopSignal(() => {})
  const { signal = new AbortController().signal } = stop ?? {}
  if (!json) await print([describeStart(trial)])
  const tried = await trial.simulate(signal)
  await print([json ? jsonText(documentOf(trial, tried)) : describeTried(tried, trial.objectives)])
  if (signal.aborted) return exitCodes.stopped
  return tried.came.outcome === 'done' ? exitCodes.finished : exitCodes.failed
}

function documentOf({ parameters, seed, objectives, explanation }: Trial, tried: Tried): object {
  const { facts = [], files = [] } = explanation ?? {}
  return { parameters, seed, objectives, started: Object.fromEntries(facts), files, ...tried }
}
