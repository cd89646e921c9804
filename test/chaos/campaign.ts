import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createOptimizer, type OptimizerChoice, optimizers } from '../../optimizers/index.ts'
import { type Abilities, type Order, orders, takesOrder } from '../../src/core/abilities.ts'
import { nameOf } from '../../src/core/individual.ts'
import { pointsOf } from '../../src/core/replications.ts'
import { type OptimizerClass, Random } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { eventually, processesNaming } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { proposalsToldAgain } from '../told-again.ts'
import { ended, launch } from './launch.ts'

export interface Tally {
  runs: number
  readonly kills: { worker: number; runner: number; all: number }
  /** Simulations that were begun again, since a kill had come in between. */
  repeatedSimulations: number
  /** Individuals that the record had as finished before a kill, and that were simulated again after it. */
  finishedSimulatedAgain: number
  lostResults: number
  doubleResults: number
  leakedProcesses: number
  /** Runs whose canonical export is not that of the undisturbed run. */
  differing: number
}

/** What is searched, with the kinds of its parameters. */
const simulations: readonly (Pick<Combination, 'optimizee' | 'replications'> & { readonly axes: Abilities['axes'] })[] =
  [
    { optimizee: 'recorded', axes: ['real', 'integer'], replications: 1 },
    { optimizee: 'recorded-command', axes: ['real', 'choice'], replications: 1 },
    { optimizee: 'recorded', axes: ['real', 'integer'], replications: 2 },
  ]

type Victim = keyof Tally['kills']

/** Kills processes of running searches at random until there were enough, and compares with what was never disturbed. */
export async function campaign(kills: number, seed: number, log: (line: string) => void = () => {}): Promise<Tally> {
  const random = Random.of(seed, 'chaos')
  const root = mkdtempSync(join(tmpdir(), 'twoloop-chaos-'))
  const tally: Tally = {
    runs: 0,
    kills: { worker: 0, runner: 0, all: 0 },
    repeatedSimulations: 0,
    finishedSimulatedAgain: 0,
    lostResults: 0,
    doubleResults: 0,
    leakedProcesses: 0,
    differing: 0,
  }
  try {
    // The simulations here have no budget and report nothing: test/search/budgets.test.ts and reports.test.ts stop those that need it.
    const able = Object.entries<Pick<OptimizerClass, 'abilities'>>(optimizers).filter(
      ([, { abilities }]) => !abilities.budgets && !abilities.reports,
    )
    const inOrder = orders.map((order) => {
      const types = able.filter(([, { abilities }]) => takesOrder(abilities, order))
      const combinations = types.flatMap(([type, { abilities }]) =>
        simulations
          .filter(({ axes }) => axes.every((kind) => abilities.axes.includes(kind)))
          .map(({ axes: _, ...simulation }): Combination => ({ type, order, ...simulation })),
      )
      return random.shuffle(combinations)
    })
    const references = new Map<string, string>()
    while (total(tally) < kills) {
      // The orders take turns, so that a short campaign has all of them.
      const combinations = inOrder[tally.runs % orders.length]!
      const combination = combinations[Math.floor(tally.runs / orders.length) % combinations.length]!
      const key = Object.values(combination).join(' ')
      if (!references.has(key)) references.set(key, await undisturbed(root, combination))
      const upTo = Math.min(kills, total(tally) + mostKillsOfRun)
      await disturb(join(root, String(tally.runs)), combination, references.get(key)!, random, tally, upTo)
      tally.runs++
      log(`${key}: ${JSON.stringify(tally)}`)
    }
    return tally
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A slow simulation would take all kills of a campaign upon itself. */
const mostKillsOfRun = 8

const generations = 5
const populationSize = 10

interface Combination {
  readonly type: string
  readonly optimizee: string
  readonly replications: number
  readonly order: Order
}

function optionsOf(root: string, { type, optimizee, replications, order }: Combination, sleep: number) {
  return {
    root,
    optimizee,
    order,
    options: { journal: join(root, 'journal'), sleep, ...(replications > 1 && { replications }) },
    runner: { workers: 3, grace: '5s', crashRetries: 1000 },
    optimizer: optimizerOf(type),
  }
}

function optimizerOf(type: string): OptimizerChoice {
  return { type, seed: 7, ...sizeSettings(type) }
}

/** Settings that keep a run short. */
function sizeSettings(type: string): object {
  const { shape } = optimizers[type as keyof typeof optimizers].settings
  if (type !== 'design') return { generations, ...('populationSize' in shape && { populationSize }) }
  return { design: { kind: 'latin-hypercube', points: generations * populationSize }, chunk: populationSize }
}

async function undisturbed(root: string, combination: Combination): Promise<string> {
  const home = mkdtempSync(join(root, 'reference-'))
  const child = launch(optionsOf(home, combination, 0))
  if ((await ended(child)) !== 0) throw new Error(`the undisturbed run of ${JSON.stringify(combination)} failed`)
  return canonicalExport(join(home, 'run'))
}

async function disturb(
  root: string,
  combination: Combination,
  reference: string,
  random: Random,
  tally: Tally,
  most: number,
): Promise<void> {
  mkdirSync(root)
  const directory = join(root, 'run')
  const journal = join(root, 'journal')
  const finishedBefore: { readonly finished: ReadonlySet<string>; readonly lines: number }[] = []
  for (let start = 0; ; start++) {
    if (start > 200) throw new Error(`${directory} does not come to its end`)
    const child = launch(optionsOf(root, combination, 40))
    const over = ended(child)
    let isOver = false
    void over.then(() => {
      isOver = true
    })
    while (!isOver) {
      await Promise.race([over, setTimeout(30 + random.uniform() * 500)])
      if (isOver || total(tally) >= most) continue
      const victim = random.pick<Victim>(['worker', 'worker', 'runner', 'all'])
      if (!kill(victim, child, directory, random)) continue
      tally.kills[victim]++
      if (victim === 'worker') continue
      await over
      finishedBefore.push({ finished: finishedIn(directory), lines: linesOf(journal).length })
    }
    if ((await over) === 0) break
  }
  inspect(directory, journal, expected(directory, combination, reference), finishedBefore, tally)
  try {
    await eventually(() => processesNaming(root).length === 0, 'no process is left')
  } catch {
    const leaked = processesNaming(root)
    tally.leakedProcesses += leaked.length
    for (const { pid } of leaked) process.kill(pid, 'SIGKILL')
  }
}

/** The order in which results arrive is the run's own: what is recorded of it must replay to what was searched. */
function expected(directory: string, { type, order }: Combination, reference: string): string {
  if (order !== 'arrival') return reference
  const replayed = proposalsToldAgain(directory, (problem) => createOptimizer(problem, optimizerOf(type)))
  const record = RecordReader.openForReading(directory)
  const points = pointsOf(
    [...record.proposed()].map(({ individual }) => individual),
    record.replications,
  )
  const recorded = points.map(({ parameters }) => JSON.stringify(parameters))
  record.close()
  return replayed.join() === recorded.join() ? canonicalExport(directory) : 'another search'
}

function inspect(
  directory: string,
  journal: string,
  reference: string,
  finishedBefore: readonly { readonly finished: ReadonlySet<string>; readonly lines: number }[],
  tally: Tally,
): void {
  const canonical = canonicalExport(directory)
  if (canonical !== reference) tally.differing++
  const simulated = linesOf(journal)
  tally.repeatedSimulations += simulated.length - new Set(simulated).size
  for (const { finished, lines } of finishedBefore) {
    tally.finishedSimulatedAgain += simulated.slice(lines).filter((name) => finished.has(name)).length
  }
  const record = RecordReader.openForReading(directory)
  const rows = [...record.rows()]
  tally.lostResults += rows.filter(({ outcome }) => outcome !== 'done').length
  tally.doubleResults += rows.filter(
    (row) => record.attemptsOf(row).filter(({ verdict }) => verdict === 'accepted').length !== 1,
  ).length
  record.close()
}

function kill(victim: Victim, runner: ChildProcess, directory: string, random: Random): boolean {
  const workers = processesNaming(directory).filter(({ command }) => command.includes('worker.js'))
  if (victim !== 'runner' && workers.length === 0) return false
  if (victim === 'worker') return end(random.pick(workers).pid)
  if (victim === 'all') for (const { pid } of workers) end(pid)
  return end(runner.pid!)
}

function end(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false // it ended by itself in the meantime
  }
}

function finishedIn(directory: string): Set<string> {
  if (!existsSync(join(directory, 'trajectory.sqlite'))) return new Set()
  let record: RecordReader | undefined
  try {
    record = RecordReader.openForReading(directory)
    const rows = [...record.rows()].filter(({ outcome }) => outcome === 'done')
    return new Set(rows.map(nameOf))
  } catch {
    return new Set() // killed before there were tables
  } finally {
    record?.close()
  }
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
}

function total({ kills: { worker, runner, all } }: Tally): number {
  return worker + runner + all
}
