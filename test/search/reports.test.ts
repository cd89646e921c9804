import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { showRun } from '../../src/cli/show-run.ts'
import { showStatus } from '../../src/cli/show-status.ts'
import { nameOf } from '../../src/core/individual.ts'
import { SearchState } from '../../src/core/search-state.ts'
import type { Asked, Evaluation, IndividualId, Optimizee, Problem, Random, Reported } from '../../src/index.ts'
import { Optimizer, real, Space } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

/** All that it hears and is told, in this order, decides what it proposes; it stops whoever has reported a tenth step above 0.5. */
class Listener extends Optimizer<{ readonly sum: number; readonly asked: number }> {
  static readonly type = 'listener'
  static override readonly abilities = {
    ...Optimizer.abilities,
    objectives: 'one',
    pace: 'steady',
    searches: false,
    reports: true,
  } as const

  constructor(problem: Problem) {
    super(problem, { seed: 1, generations: 4 })
  }

  override get populationSize(): number {
    return 8
  }

  override start() {
    return { sum: 0.1, asked: 0 }
  }

  override ask(state: { sum: number; asked: number }, room: number, random: Random): Asked<typeof state> {
    const proposals = Array.from({ length: room }, () => ({
      parameters: { level: (random.uniform() + state.sum) % 1 },
    }))
    return { state: { ...state, asked: state.asked + room }, proposals }
  }

  override tell(state: { sum: number; asked: number }, [told]: readonly Evaluation[]) {
    return { ...state, sum: (3 * state.sum + (told!.outcome === 'failed' ? 0.5 : told!.fitness[0]!)) % 1 }
  }

  override report(
    state: { sum: number; asked: number },
    individual: IndividualId,
    step: number,
    value: number,
  ): Reported<typeof state> {
    const heard = { ...state, sum: (3 * state.sum + step * value) % 1 }
    return { state: heard, stop: step === 10 && value > 0.5 ? [individual] : [] }
  }
}

const listener = (optimizee: Optimizee) => new Listener(optimizee) as never

describe.each([
  ['that waits now and then', false],
  ['that lets nobody else run', true],
])('a simulation %s', (_, isBusy) => {
  test('is stopped on its way, and its last report is its result', async () => {
    const root = temporaryDirectory()
    const hold = join(root, 'never')
    const options = { journal: join(root, 'journal'), hold, isBusy }
    const { directory, status, trajectory } = await search({
      ...{ root, order: 'arrival', optimizee: 'curve', options, makeOptimizer: listener },
      limits: { evaluations: 24 },
      window: 4,
    })
    expect(status).toBe('finished')
    const record = RecordReader.openForReading(directory)
    const rows = [...record.rows()]
    const ended = new Map(
      readFileSync(options.journal, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    )
    expect(rows).toHaveLength(24)
    const stopped = rows.filter(({ outcome }) => outcome === 'stopped')
    expect(stopped.length).toBeGreaterThan(2)
    for (const row of rows) {
      const { level } = JSON.parse(row.parameters) as { level: number }
      const [cost] = JSON.parse(row.fitness!) as [number]
      expect(row.outcome === 'stopped').toBe(level > 0.5 || Number(ended.get(nameOf(row))) <= 20)
      if (row.outcome === 'stopped') expect(cost).toBe(record.reportsOf(row).at(-1)!.value)
      expect(row.score === null).toBe(row.outcome === 'stopped')
    }
    expect(record.counts()).toMatchObject({ stopped: stopped.length, done: 24 - stopped.length, failed: 0 })
    record.close()
    expect(trajectory.best(1)[0]?.outcome).toBe('done')
    const counts = `${24 - stopped.length} done, 0 failed, ${stopped.length} stopped`
    expect(await showRun(directory)).toContain(`24: ${counts}\n`)
    const [head, line] = (await showStatus(root)).split('\n')
    expect(head).toMatch(/ done +failed +stopped +best /)
    expect(line!.split(/ {2,}/)).toContain(String(stopped.length))
  })
})

test('a search that hears reports goes on after any stop as if it had been told and had heard the same again', async () => {
  const root = temporaryDirectory()
  const plan = { root, order: 'arrival', optimizee: 'curve', makeOptimizer: listener, window: 4 } as const
  const options = { hold: join(root, 'never') }
  for (let stops = 1; ; stops++) {
    const controller = new AbortController()
    const onProgress = ({ totalEvaluated }: { readonly totalEvaluated: number }) =>
      totalEvaluated >= 5 * stops && controller.abort(new Error('enough'))
    // What is proposed from the record differs if a report is heard elsewhere: then the search is refused.
    const { status, directory } = await search({ ...plan, options, signal: controller.signal, onProgress } as never)
    if (status === 'stopped') continue
    expect(stops).toBeGreaterThan(2)
    expect(proposedAgain(directory)).toBe(32)
    return
  }
})

/** Tells and lets hear again all that is recorded, from the beginning; gives how many proposals were the same. */
function proposedAgain(directory: string): number {
  const record = RecordReader.openForReading(directory)
  const state = SearchState.begin(
    new Listener({ space: new Space({ level: real(0, 1) }), objectives: record.objectives } as never),
  )
  const asked = [...record.proposed()]
  const told = [...record.told()]
  const pending = new Set<string>()
  let same = 0
  for (let after = 0; after <= told.length; after++) {
    const individuals = asked.filter((one) => one.after === after).map(({ individual }) => individual)
    if (individuals.length > 0) {
      const proposals = state.ask(individuals.length)
      for (const [i, { parameters }] of proposals.entries()) {
        expect(parameters).toEqual(individuals[i]!.parameters)
        same++
      }
      state.expect(individuals as never)
      for (const one of individuals) pending.add(one.name)
    }
    const upTo = record.heardAt(after)
    for (const report of upTo === undefined ? [] : record.reportsBetween(state.heard, upTo)) {
      if (pending.has(nameOf(report.individual))) state.report(report)
    }
    if (after === told.length) break
    state.tell([told[after]!] as never)
    pending.delete(nameOf(told[after]!.individual))
  }
  record.close()
  return same
}

test('who hears reports is refused where they come in no order of their own, with replications, or several objectives', async () => {
  const root = temporaryDirectory()
  const plan = { root, optimizee: 'curve', makeOptimizer: listener } as const
  await expect(search({ ...plan, order: 'ordered' })).rejects.toThrow(
    'The optimizer listener needs `order: arrival`, since it hears reports as they come, and cannot search in the order ordered; those that can are',
  )
  await expect(search(plan)).rejects.toThrow('needs `order: arrival`, since it hears reports as they come')
})
