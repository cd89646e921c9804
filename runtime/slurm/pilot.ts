import { setTimeout } from 'node:timers/promises'
import { gpusOf } from '../../src/system/gpus.ts'
import { signalGroup, startProcess, type Variables } from '../../src/system/process-group.ts'
import { ownIdentity } from '../../src/system/process-identity.ts'
import { Pulse, runnerHeart } from '../channel/heartbeat.ts'
import { PipeDamaged, PipeReader } from '../channel/pipe-reader.ts'
import { PipeWriter } from '../channel/pipe-writer.ts'
import { readRunFile, workerDirectory } from '../channel/run-file.ts'
import { GpuShares } from '../runner/gpu-shares.ts'
import { type FromPilot, pilotDirectory, type StartWorker, type ToPilot } from './pilot-protocol.ts'

/** Orders are rare, and a job that waits for them should cost the file system nothing. */
const lookMs = 250

/**
 * The program of a Slurm job that holds workers: starts those that it is told to, says when they end, and leaves when it
 * is told to, or when nobody has needed it for the grace time.
 */
class Pilot {
  readonly #directory: string
  readonly #pilot: number
  readonly #grace: number
  readonly #reader: PipeReader
  readonly #writer: PipeWriter
  readonly #runner: Pulse
  /** Process ids by worker. */
  readonly #workers = new Map<number, number | undefined>()
  /** Undefined until a worker is to have GPUs. */
  #gpus: GpuShares | undefined
  #isLeaving = false
  #isDamaged = false
  #idleSince = performance.now()

  constructor(directory: string, pilot: number) {
    const { wakeUp, grace, run } = readRunFile(directory)
    const folder = pilotDirectory(directory, pilot)
    const hello = {
      type: 'hello',
      run,
      pilot,
      ...ownIdentity(),
      node: process.env.SLURMD_NODENAME ?? '',
      job: ownJob(),
    }
    this.#directory = directory
    this.#pilot = pilot
    this.#grace = grace
    // A pilot that is started a second time finds its pipe there, and ends: its workers have been given up.
    this.#writer = new PipeWriter(folder, 'from-pilot', { hello })
    this.#reader = new PipeReader(folder, 'to-pilot', { reopen: wakeUp === 'poll', followsTakeover: true })
    this.#runner = new Pulse(runnerHeart(directory), performance.now())
    process.on('SIGUSR1', () => this.#say({ type: 'warned' }))
    process.on('SIGTERM', () => this.#leave())
  }

  async run(): Promise<void> {
    while (!this.#isOver()) {
      const orders = this.#read()
      // One that begins late finds all that was ever said to it: what it is to leave at once is not to be started.
      this.#isLeaving ||= orders.some(({ type }) => type === 'leave')
      for (const order of orders) this.#obey(order)
      await setTimeout(lookMs)
    }
    this.#say({ type: 'left' })
  }

  /** What cannot be understood any more ends this pilot when its workers, which are asked to leave, have ended. */
  #read(): readonly ToPilot[] {
    if (this.#isDamaged) return []
    try {
      return this.#reader.read() as ToPilot[]
    } catch (error) {
      if (!(error instanceof PipeDamaged)) throw error
      console.error(error.message)
      this.#isDamaged = true
      this.#isLeaving = true
      this.#say({ type: 'warned' })
      return []
    }
  }

  #isOver(): boolean {
    if (this.#workers.size > 0) return false
    const now = performance.now()
    const isIdle = now - this.#idleSince > this.#grace
    return this.#isLeaving || isIdle || this.#runner.silence(now) > this.#grace
  }

  #obey(order: ToPilot): void {
    if (order.type === 'start') this.#start(order)
    else if (order.type === 'signal') this.#signal(order.worker, order.signal)
  }

  #start({ worker, command, epoch, tasks, gpus }: StartWorker): void {
    if (this.#isLeaving) {
      this.#say({ type: 'ended', worker, error: 'its job was about to end' })
      return
    }
    const channel = workerDirectory(this.#directory, worker)
    const output = { stdout: 'stdout.txt', stderr: 'stderr.txt' }
    if (gpus !== undefined) this.#gpus ??= new GpuShares(gpus, gpusOf(process.env) ?? {})
    const environment = {
      TWOLOOP_EPOCH: String(epoch),
      TWOLOOP_WORKER: String(worker),
      TWOLOOP_PILOT: String(this.#pilot),
      SLURM_STEP_ID: undefined,
      ...forTasks(tasks),
      ...this.#gpus?.take(worker),
    }
    const { pid, ended } = startProcess(command, channel, output, environment)
    this.#workers.set(worker, pid)
    void ended.then((end) => {
      this.#signal(worker, 'SIGKILL') // what it has left behind in its group
      this.#workers.delete(worker)
      this.#gpus?.release(worker)
      this.#idleSince = performance.now()
      this.#say({ type: 'ended', worker, ...end })
    })
  }

  #signal(worker: number, signal: NodeJS.Signals): void {
    const pid = this.#workers.get(worker)
    if (pid !== undefined) signalGroup(pid, signal)
  }

  #leave(): void {
    this.#isLeaving = true
    this.#say({ type: 'ending' })
    for (const worker of this.#workers.keys()) this.#signal(worker, 'SIGTERM')
  }

  #say(message: FromPilot): void {
    try {
      this.#writer.write(message)
    } catch {
      // The disk is full, or away: Slurm will say that the job has ended, and hearts that workers have.
    }
  }
}

/** What has `srun` and `mpirun` start the tasks of a simulation, on the CPUs that the job keeps for them. */
function forTasks(tasks: number): Variables {
  const count = String(tasks)
  return {
    SLURM_EXPORT_ENV: undefined, // a job that was submitted with --export=NONE would leave them no PATH
    ...(tasks > 1 && { SLURM_TASKS_PER_NODE: count, SLURM_NTASKS: count, SLURM_OVERLAP: '1' }),
  }
}

/** The job as Slurm lists it. */
function ownJob(): string {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task, SLURM_JOB_ID: job = '' } = process.env
  return array === undefined || task === undefined ? job : `${array}_${task}`
}

const [directory, pilot] = process.argv.slice(2)
if (directory === undefined || !/^\d+$/.test(pilot ?? '')) {
  console.error('usage: pilot.js RUN_DIRECTORY PILOT_NUMBER')
  process.exit(2)
}
await new Pilot(directory, Number(pilot)).run()
process.exit(0)
