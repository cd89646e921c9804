import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PipeReader } from '../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../runtime/channel/pipe-writer.ts'
import { workerDirectory } from '../../runtime/channel/run-file.ts'
import { segmentPath } from '../../runtime/channel/segment.ts'
import { type FromPilot, pilotDirectory } from '../../runtime/slurm/pilot-protocol.ts'
import { eventually, processesNaming } from '../processes.ts'
import { search } from '../search.ts'
import { build, startProgram } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const damages: Readonly<Record<string, (path: string) => void>> = {
  'has garbage at its end': (path) => appendFileSync(path, Buffer.alloc(64, 0xff)),
  'is cut': (path) => truncateSync(path, 100),
  'has vanished': (path) => rmSync(path),
  'is an empty file': (path) => {
    rmSync(path)
    writeFileSync(path, '')
  },
  'is a directory': (path) => {
    rmSync(path)
    mkdirSync(path)
  },
}

const cases = ['from-worker', 'to-worker'].flatMap((pipe) =>
  Object.keys(damages).map((damage) => [pipe, damage] as const),
)

test.concurrent.each(cases)(
  'a search goes on to its end when the pipe %s %s; no more than the work in flight is repeated',
  async (pipe, damage) => {
    const root = temporaryDirectory()
    const journal = join(root, 'journal')
    const one = { root, optimizee: 'recorded', populationSize: 6, generations: 5 }
    const reference = await search({ ...one, name: 'reference' })
    let isDamaged = false
    const end = await search({
      ...one,
      options: { journal, sleep: 20 },
      runner: { workers: 2, lookAhead: 1 },
      onProgress({ totalEvaluated }) {
        const paths = [1, 2].map((worker) => segmentPath(workerDirectory(join(root, 'run'), worker), pipe, 1))
        const path = paths.find((one) => existsSync(one)) // one of the two may still be starting
        if (isDamaged || totalEvaluated < 9 || path === undefined) return
        isDamaged = true
        damages[damage]!(path)
      },
    })
    expect([isDamaged, end.status]).toEqual([true, 'finished'])
    expect(end.canonical).toBe(reference.canonical)
    const simulated = readFileSync(journal, 'utf8').trim().split('\n')
    expect(new Set(simulated).size).toBe(30)
    expect(simulated.length).toBeLessThanOrEqual(32)
    expect(processesNaming(root)).toEqual([])
  },
)

test('a worker whose pipe has vanished before it was opened is replaced', async () => {
  const root = temporaryDirectory()
  const pipe = segmentPath(workerDirectory(join(root, 'run'), 1), 'to-worker', 1)
  const launch = ['/bin/sh', '-c', `rm -f ${pipe}; exec {command}`]
  const end = await search({
    root,
    optimizee: 'recorded',
    populationSize: 6,
    generations: 2,
    runner: { launcher: 'command', launch, workers: 1 },
  })
  expect(end.status).toBe('finished')
  expect(processesNaming(root)).toEqual([])
})

test('a pilot whose orders are damaged starts nothing more, and ends in order when its workers have ended', async () => {
  const directory = temporaryDirectory()
  const [folder, worker] = [pilotDirectory(directory, 1), workerDirectory(directory, 1)]
  for (const path of [folder, worker]) mkdirSync(path, { recursive: true })
  writeFileSync(join(directory, 'run.json'), JSON.stringify({ wakeUp: 'poll', grace: 600_000, run: 'r' }))
  const orders = new PipeWriter(folder, 'to-pilot', { hello: { type: 'hello' } })
  const done = join(directory, 'done')
  const command = ['/bin/sh', '-c', 'echo begun; until test -e "$0"; do sleep 0.1; done', done]
  orders.write({ type: 'start', worker: 1, command, epoch: 1, tasks: 1 })
  const pilot = startProgram([join(build, 'command/pilot.js'), directory, '1'])
  const answers = new PipeReader(folder, 'from-pilot', { reopen: true })
  const said: string[] = []
  const hear = () => said.push(...(answers.read() as FromPilot[]).map(({ type }) => type)) > 0 && said
  const output = join(worker, 'stdout.txt')
  await eventually(() => existsSync(output) && readFileSync(output, 'utf8') === 'begun\n', 'the worker begins')
  appendFileSync(segmentPath(folder, 'to-pilot', 1), Buffer.alloc(64, 0xff))
  await eventually(() => hear() && said.includes('warned'), 'the pilot says so')
  writeFileSync(done, '')
  expect(await pilot.ended).toBe(0)
  hear()
  expect(said).toEqual(['hello', 'warned', 'ended', 'left'])
  orders.close()
  answers.close()
})
