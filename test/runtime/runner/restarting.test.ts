import { readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { deliver, HeldRun, launcherOf, parseRunnerSettings, Runner, Trajectory } from '../../../src/index.ts'
import { importBundled } from '../../../src/system/bundle.ts'
import type stuckOnce from '../../fixtures/optimizees/stuck-once.ts'
import { eventually } from '../../processes.ts'
import { temporaryDirectory } from '../../temporary.ts'

const ownExtension = extname(fileURLToPath(import.meta.url))
const module = fileURLToPath(new URL(`../../fixtures/optimizees/stuck-once${ownExtension}`, import.meta.url))

test('an individual that hangs is simulated again by a new worker when its runner is told so', async () => {
  const root = temporaryDirectory()
  const options = { journal: join(root, 'journal'), released: join(root, 'never') }
  writeFileSync(options.journal, '')
  const make = (await importBundled(module)) as { readonly default: typeof stuckOnce }
  const optimizee = make.default(options)
  const run = await HeldRun.take(join(root, 'run'), {})
  const { directory, record } = run
  record.writeProblem(optimizee.space.names, optimizee.objectives)
  const settings = parseRunnerSettings({ workers: 1 })
  const runner = new Runner({
    directory,
    run: String(record.manifest().run),
    space: optimizee.space,
    settings,
    launcher: launcherOf(settings),
    record,
    optimizee: await deliver(run, optimizee, { module, options }),
    heart: run.heart,
  })
  try {
    runner.prepareRunFile()
    const trajectory = new Trajectory<{ x: number }>(record as never)
    trajectory.fExpand({ generation: [0, 0, 0, 0], indIdx: [0, 1, 2, 3], x: [0.1, 0.2, 0.3, 0.4] }, 1)
    runner.dumpTraj(trajectory as never, 0)
    const told: Record<string, number> = {}
    const simulating = (async () => {
      for await (const { evaluations } of runner.run(trajectory as never, AbortSignal.timeout(600_000))) {
        for (const one of evaluations) told[one.individual.name] = one.outcome === 'done' ? one.fitness[0]! : Number.NaN
      }
    })()
    const simulated = () => readFileSync(options.journal, 'utf8').trim().split('\n')
    await eventually(() => simulated().includes('0.2') && told['0.0'] !== undefined, '0.2 hangs')
    expect(() => runner.restartIndividual(0, 0)).toThrow('individual 0.0 waits for no evaluation')
    expect(() => runner.restartWorker(7)).toThrow('needs the number of a worker that is there (1), got 7')
    runner.restartIndividual(0, 2)
    await simulating
    expect(told).toEqual({ '0.0': 0.1, '0.1': 0.2, '0.2': 0.3, '0.3': 0.4 })
    expect(simulated().filter((name) => name === '0.2')).toHaveLength(2)
    expect(simulated()).toHaveLength(5)
    expect(record.counts().attempts).toBe(5)
  } finally {
    await runner.closeWorkers()
    await run.release()
  }
})
