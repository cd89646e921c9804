import { join, relative } from 'node:path'
import { isWhole } from '../core/budget.ts'
import { SearchFailedError } from '../core/errors.ts'
import type { DoneEvaluation } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import { isWholeAnswer } from '../core/optimizer.ts'
import { plainDataOf } from '../core/plain-data.ts'
import { aggregateInWords } from '../core/replications.ts'
import { counted, printableLines } from '../core/text.ts'
import { type LoadedExperiment, loadExperiment } from '../experiment-file/load.ts'
import type { Overrides } from '../experiment-file/overrides.ts'
import { RecordReader } from '../record/reader.ts'
import type { Manifest } from '../record/rows.ts'
import { type FrontSummary, frontOfRun } from '../record/summary.ts'
import { Experiment } from '../search/experiment.ts'
import type { RunOutcome } from '../search/run-options.ts'
import { sealedSetting } from '../search/secret.ts'
import { readWarmStart } from '../search/warm-start.ts'
import { describeFailuresOf } from './describe-failures.ts'
import { describeError, describeSize } from './describe-run.ts'
import { exitCodes } from './fail.ts'
import { ProgressLine, shortNumber } from './progress.ts'
import { keepSealedSettings } from './sealed-settings.ts'
import { ReportSignal, StopSignal } from './signals.ts'
import { Walltime } from './walltime.ts'

export interface RunRequest {
  readonly file: string
  readonly overrides: Overrides
  readonly root: string
  readonly name?: string | undefined
  readonly overwrite: boolean
  /** Whether it goes on although the simulation's files have changed. */
  readonly acceptChangedCode: boolean
  readonly json: boolean
}

/** Runs an experiment's file, or goes on with it, and says what came of it. Returns the exit code. */
export async function runExperimentFile(request: RunRequest): Promise<number> {
  const { overrides } = request
  const loaded = await loadExperiment(request.file, { ...overrides, name: request.name })
  const { set } = overrides
  const manifest = { file: loaded.file, overrides: plainDataOf({ ...overrides, set: set?.map(sealedSetting) }) }
  return runLoaded(loaded, { ...request, manifest, settings: set })
}

/** Where an experiment is run that has been loaded from whatever says what it is. */
export interface RunPlace extends Pick<RunRequest, 'root' | 'overwrite' | 'acceptChangedCode' | 'json'> {
  /** What is recorded for `resume`. */
  readonly manifest: Manifest
  /** What `--set` said, as it stands on the command line. */
  readonly settings?: readonly string[] | undefined
}

/** Runs an experiment that has been loaded, as `runExperimentFile` runs that of a file. */
export async function runLoaded(loaded: LoadedExperiment, request: RunPlace): Promise<number> {
  const { root, overwrite, acceptChangedCode, manifest, settings } = request
  const { name, optimizee, optimizer, source, runner, configuration } = loaded
  if (loaded.warmStart !== undefined && !RecordReader.exists(join(root, name))) {
    await readWarmStart(loaded.warmStart, optimizee) // so that what is wrong with it is said before there is a run
  }
  const progress = new ProgressLine(process.stderr)
  using stop = new StopSignal((sentence) => progress.say(sentence))
  using _report = new ReportSignal(() => progress.say(`Everything up to here is stored: ${progress.latest}`))
  using walltime = new Walltime((sentence) => progress.say(sentence))
  await using experiment = new Experiment({ root })
  const prepared = await experiment.prepareExperiment({ name, runner, overwrite, configuration, manifest })
  let outcome: RunOutcome
  try {
    outcome = await experiment.runExperiment(optimizer, optimizee, {
      source,
      acceptChangedCode,
      ...loaded.plan,
      ...(loaded.optimizerFiles && { optimizerFiles: loaded.optimizerFiles }),
      ...(loaded.warmStart !== undefined && { warmStart: loaded.warmStart }),
      ...(loaded.cache !== undefined && { cache: loaded.cache }),
      signal: stop.signal,
      deadline: walltime.deadline,
      onAccepted: () => keepSealedSettings(prepared.directory, settings),
      onProgress: (news) => {
        progress.update(news)
        walltime.update(news)
      },
      onAnnounce: (sentence) => progress.say(sentence),
      onWarning: (sentence) => progress.say(sentence),
    })
  } catch (error) {
    if (error instanceof SearchFailedError) progress.say((await describeFailuresOf(join(root, name))).trimEnd())
    throw error
  } finally {
    progress.end()
  }
  const { trajectory, directory } = await experiment.endExperiment(optimizer)
  const [first] = trajectory.best(1)
  const recommendations = optimizer.search.recommend()
  const [recommended] = recommendations
  const finished: FinishedRun = {
    ...outcome,
    goesOn: walltime.goOn(outcome),
    directory,
    generations: trajectory.generation + 1,
    best: first?.outcome === 'done' ? first : undefined,
    recommended: recommended?.by === 'model' ? recommended.parameters : undefined,
    recommendations: isWholeAnswer(recommendations, optimizer.abilities) ? recommendations.length : 0,
    front: optimizee.objectives.wantsFront ? frontOfRun(directory) : null,
  }
  const exitCode = exitCodeAfter(finished)
  process.exitCode = exitCode // which stands also if standard output takes nothing more
  if (request.json) process.stdout.write(`${JSON.stringify(asJson(finished, loaded), null, 2)}\n`)
  else {
    const failures = await describeFailuresOf(directory)
    const summary = printableLines(summarize(finished, loaded))
    process.stdout.write(`${summary}\n${failures}${await reportOf(finished, loaded)}`)
  }
  return exitCode
}

function exitCodeAfter({ status, generations, best }: FinishedRun): number {
  if (status === 'stopped') return exitCodes.stopped
  if (generations === 0) return exitCodes.finished // nothing was left to simulate, so that nothing has failed
  return best && best.violation === undefined ? exitCodes.finished : exitCodes.failed
}

interface FinishedRun {
  readonly status: 'finished' | 'stopped'
  readonly reason?: string | undefined
  /** Whether another job goes on with it. */
  readonly goesOn: boolean
  readonly directory: string
  readonly generations: number
  readonly best: DoneEvaluation | undefined
  /** What the optimizer recommends in its place, where noise makes the best the luckiest. */
  readonly recommended: Readonly<Record<string, unknown>> | undefined
  /** How many points are its answer, where that is more than one. */
  readonly recommendations: number
  /** The front of several objectives without weights. */
  readonly front: FrontSummary | null
}

function asJson(
  { status, reason, directory, generations, best, recommended, front }: FinishedRun,
  { name, optimizee: { objectives, budget, replications } }: LoadedExperiment,
): object {
  return {
    name,
    directory,
    status,
    ...(reason !== undefined && { reason }),
    generations,
    best: best
      ? {
          generation: best.individual.generation,
          index: best.individual.index,
          fitness: best.fitness,
          objectives: Object.fromEntries(objectives.names.map((objective, i) => [objective, best.fitness[i]])),
          ...(best.violation !== undefined && { violation: best.violation }),
          ...(best.standardError && { standardError: best.standardError }),
          ...(best.samples && { aggregate: aggregateInWords(replications, best.samples.length) }),
          ...(!isWhole(budget, best.individual.budget) && { budget: best.individual.budget }),
          parameters: best.individual.parameters,
        }
      : null,
    ...(recommended && { recommended }),
    ...(front && { front }),
  }
}

function summarize(run: FinishedRun, { name, optimizee }: LoadedExperiment): string {
  const { status, goesOn, best, recommended = {}, recommendations, front, directory } = run
  const place = relative('', directory) || '.'
  const fitness = best?.fitness
    .map((value, i) => {
      return `${optimizee.objectives.names[i]} ${shortNumber(value)}${describeError(best.standardError?.[i])}`
    })
    .join(', ')
  const parameters = Object.entries(best?.individual.parameters ?? {})
  const of = best?.samples ? `, ${aggregateInWords(optimizee.replications, best.samples.length)}` : ''
  const advice = Object.entries(recommended)
  const width = Math.max(0, ...parameters.map(([parameter]) => parameter.length))
  return [
    `${name}: ${status}${describeEnd(run)}`,
    ...(best?.violation === undefined
      ? []
      : [
          `No individual keeps all constraints; the one that violates them least does so by ${shortNumber(best.violation)}.`,
        ]),
    ...(best === undefined || isWhole(optimizee.budget, best.individual.budget)
      ? []
      : [
          `No individual has had the whole budget of ${optimizee.budget?.high} ${optimizee.budget?.name}; the best has had ${best.individual.budget}.`,
        ]),
    best ? `best  ${fitness}  (individual ${nameOf(best.individual)}${of})` : `best  none: ${whyNone(run)}`,
    ...parameters.map(([parameter, value]) => `      ${parameter.padEnd(width)}  ${showValue(value)}`),
    ...(advice.length > 0 ? ['recommended by a model of the results, in place of the best'] : []),
    ...advice.map(([parameter, value]) => `      ${parameter.padEnd(width)}  ${showValue(value)}`),
    ...(recommendations > 0
      ? [`recommended  ${recommendations} points: twoloop show ${quote(place)} --recommended`]
      : []),
    ...(front ? [`front ${describeSize(front)}: twoloop show ${quote(place)} --front`] : []),
    `run   ${place}`,
    ...(goesOn ? ['goes on by itself in another allocation'] : []),
    ...(status === 'stopped' && !goesOn ? [`go on with  twoloop resume ${quote(place)}`] : []),
  ].join('\n')
}

/** How far it came and why no further; a limit of generations says both. */
function describeEnd({ generations, reason }: FinishedRun): string {
  const reached = counted(generations, 'generation')
  if (reason?.startsWith(`${reached} `)) return `: ${reason}`
  return ` after ${reached}${reason ? `: ${reason}` : ''}`
}

function whyNone({ generations, status }: FinishedRun): string {
  if (generations === 0 && status === 'finished') return 'nothing was left to simulate'
  return 'no individual was simulated well'
}

function showValue(value: unknown): string {
  return typeof value === 'number' ? shortNumber(value) : JSON.stringify(value)
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

async function reportOf({ status, best, directory }: FinishedRun, { report }: LoadedExperiment): Promise<string> {
  return report && best && status === 'finished' ? `\n${await report({ best, directory })}\n` : ''
}
