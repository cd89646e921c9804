import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Heart, runnerHeart } from '../../runtime/channel/heartbeat.ts'
import { protocolVersion } from '../../runtime/channel/protocol.ts'
import { workerDirectory, writeRunFile } from '../../runtime/channel/run-file.ts'
import type { Launcher, Provenance } from '../../runtime/runner/launcher.ts'
import { launcherOf } from '../../runtime/slurm/launchers.ts'
import { runnerSettings } from '../../src/core/runner-settings.ts'
import { type LaunchedProcess, signalGroup } from '../../src/system/process-group.ts'
import { eventually, processesNaming } from '../processes.ts'
import { onTestFinished } from '../running-test.ts'

export interface LauncherUnderTest {
  /** A new directory that workers see. */
  readonly directory: () => string
  /** Of the runner, without `exec`. */
  readonly settings: object
  /** Whether it can be tried here. */
  readonly isHere?: boolean
}

/** What the fleet relies on, whoever starts workers. They are a few lines of shell here: what a worker does is not the matter. */
export function testLauncher(name: string, { directory, settings, isHere = true }: LauncherUnderTest): void {
  describe.skipIf(!isHere)(`the launcher ${name}`, () => {
    test('starts a worker with what it is to know, has its output in its folder, and sees its end', async () => {
      const worker = await start(directory(), settings)
      writeFileSync(join(worker.folder, 'end'), '')
      expect(await worker.launched.ended).toMatchObject({ exitCode: 7 })
      expect(read(worker.folder, 'stdout.txt')).toBe('worker 3 of epoch 5 begins\n')
      expect(read(worker.folder, 'stderr.txt')).toBe('worker 3 complains\n')
      await worker.hasLeftNothing()
    })

    test('ends a worker and all that it has started', async () => {
      const worker = await start(directory(), settings)
      const { launcher, launched, provenance } = worker
      launcher.cancel({ number: 3, provenance }, 'KILL')
      if (launched.pid !== undefined) signalGroup(launched.pid, 'SIGKILL') // as the fleet does, for what is here
      await launched.ended
      await worker.hasLeftNothing()
    })

    test('sees that a worker was killed, and takes no worker for gone that lives', async () => {
      const { launcher, launched, provenance, processes } = await start(directory(), settings)
      expect(launcher.gone([{ provenance }])).toEqual([])
      processes().forEach(kill)
      const { exitCode, error } = await launched.ended
      expect(exitCode).not.toBe(0)
      expect(error).toBeUndefined()
      // Of a step Slurm says so; of all others their own identity, or their heart.
      if (provenance.slurmStep === undefined) expect(launcher.gone([{ provenance }])).toEqual([])
      else await eventually(() => launcher.gone([{ provenance }]).length === 1, 'Slurm says that it is gone')
    })
  })
}

/** In namespaces of their own, with the first process end all others. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {} // it has ended by itself
}

interface StartedWorker {
  readonly launcher: Launcher
  readonly launched: LaunchedProcess
  readonly folder: string
  readonly provenance: Provenance
  /** The worker's own, by the numbers that they have here. */
  readonly processes: () => readonly number[]
  readonly hasLeftNothing: () => Promise<void>
}

/** A worker that lives until there is a file `end` in its folder, with a process of its own beside it. */
const script = `
folder=$2/workers/00000$3
echo "worker $TWOLOOP_WORKER of epoch $TWOLOOP_EPOCH begins"
echo "worker $TWOLOOP_WORKER complains" >&2
tail -f "$2/run.json" >/dev/null 2>&1 &
echo "$SLURM_JOB_ID $SLURM_STEP_ID" >"$folder/place.new"
mv "$folder/place.new" "$folder/place"
until [ -e "$folder/end" ]; do sleep 0.1; done
kill $!
exit 7
`

async function start(directory: string, more: object): Promise<StartedWorker> {
  const program = join(directory, 'worker.sh')
  writeFileSync(program, script)
  const run = `contract-${process.pid}`
  const file = { protocol: protocolVersion, run, optimizee: { module: '' }, wakeUp: 'poll', pollInterval: 25 } as const
  writeRunFile(directory, { ...file, parameters: [], objectives: [], heartbeat: 1000, grace: 3_600_000, batch: 1 })
  new Heart(runnerHeart(directory)).beat()
  const launcher = launcherOf(runnerSettings.parse({ workers: 1, ...more, exec: ['/bin/sh', program] }))
  launcher.pool?.adopt(directory, run, [])
  const ticking = setInterval(() => launcher.pool?.tick(performance.now()), 100)
  const folder = workerDirectory(directory, 3)
  mkdirSync(folder, { recursive: true })
  const launched = launcher.launch({ directory, run, worker: 3, channel: folder, epoch: 5, beside: [], benched: [] })
  onTestFinished(async () => {
    writeFileSync(join(folder, 'end'), '')
    await launched.ended
    await launcher.pool?.close()
    clearInterval(ticking)
  })
  await eventually(() => existsSync(join(folder, 'place')), 'the worker has begun')
  const [slurmJob, slurmStep] = read(folder, 'place').trim().split(' ')
  const isOurs = (command: string) => command.startsWith(`/bin/sh ${program} `) || command.startsWith('tail -f')
  const processes = () => processesNaming(directory).flatMap(({ pid, command }) => (isOurs(command) ? [pid] : []))
  return {
    launcher,
    launched,
    folder,
    provenance: slurmJob && slurmStep ? { slurmJob, slurmStep } : {},
    processes,
    hasLeftNothing: () => eventually(() => processes().length === 0, 'nothing of it is left'),
  }
}

const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8')
