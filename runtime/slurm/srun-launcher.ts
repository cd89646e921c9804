import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { type LaunchedProcess, type ProcessEnd, startProcess } from '../../src/system/process-group.ts'
import type {
  EndExplanation,
  EndedWorker,
  Launcher,
  PlacedWorker,
  Prospect,
  Provenance,
  WorkerPlace,
} from '../runner/launcher.ts'
import { workerCommand } from '../runner/worker-command.ts'
import { type Allocation, expandHosts, goneWorkers, ownAllocation } from './allocation.ts'
import { askMeanwhile } from './ask.ts'
import { Placement } from './placement.ts'
import { askForJob, type JobDetails } from './queue.ts'
import { describeUnseen, untilRunIsSeen } from './see-run-directory.ts'
import { readSrunEnd, readSrunOutput, srunOutput } from './srun-ends.ts'
import { readSrunOptions, type SrunOptions } from './srun-options.ts'

/** Workers of one job mostly end together: Slurm is asked once for what became of it. */
const jobStateMs = 2000
/** A controller that has come back refuses steps, for reasons that are none, until its nodes have answered it. */
const comebackMs = 30_000

/** Each worker as one step of the Slurm allocation that the runner is in, for the worker's whole life. */
export class SrunLauncher implements Launcher {
  /** The controller serves all users: twenty steps a second are few to it. */
  readonly pace = 50
  readonly hasScout = true
  readonly output = srunOutput
  readonly #settings: RunnerSettings
  readonly #options: SrunOptions
  readonly #allocation: Allocation | undefined
  readonly #placement: Placement
  readonly #nodes = new Map<number, string>()
  #asked: { readonly at: number; readonly state: JobDetails | undefined } | undefined
  #controllerAwayAt = -comebackMs

  constructor(settings: RunnerSettings, allocation = ownAllocation()) {
    this.#settings = settings
    this.#options = readSrunOptions(settings.srun)
    this.#allocation = allocation
    this.#placement = new Placement(allocation?.nodes ?? [], cpusPerWorker(settings, this.#options))
  }

  get nodes(): number {
    return this.#placement.nodes
  }

  command(place: WorkerPlace): readonly string[] {
    const { directory, run, channel } = place
    const { gpusPerWorker, memoryPerWorker, heartbeatTimeout } = this.#settings
    const { program, overlaps, namesNodes, rest } = this.#options
    const node = namesNodes ? undefined : this.#nodeOf(place)
    const isShared = overlaps || this.#allocation?.isInStep === true
    const step = [
      program,
      '--ntasks=1',
      '--nodes=1',
      `--cpus-per-task=${cpusPerWorker(this.#settings, this.#options)}`,
      // Without the one a step takes all CPUs of its node; within another step it would wait for ever without the other.
      ...(isShared ? (overlaps ? [] : ['--overlap']) : ['--exact']),
      `--mem=${memoryPerWorker ?? 0}`, // without it, a step takes all memory of its job
      '--export=ALL', // a batch job with --export=NONE would give it no PATH
      '--input=none', // or it would eat the input of the batch script
      '--job-name=twoloop-worker',
      ...(gpusPerWorker === undefined ? [] : [`--gpus-per-task=${gpusPerWorker}`]),
      ...(node === undefined ? [] : [`--nodelist=${node}`]),
      ...rest,
    ]
    const patience = String(Math.ceil(heartbeatTimeout / 1000))
    const tasks = String(tasksPerWorker(this.#settings, this.#options))
    const wrapper = ['/bin/sh', '-c', wrapperScript, channel, directory, run, patience, tasks]
    return [...step, ...wrapper, ...workerCommand(this.#settings, place)]
  }

  launch(place: WorkerPlace): LaunchedProcess {
    const living = new Set(place.beside.map(({ worker }) => worker))
    for (const worker of this.#nodes.keys()) if (!living.has(worker)) this.#nodes.delete(worker)
    const command = this.command(place)
    const node = this.#nodeOf(place)
    if (node !== undefined) this.#nodes.set(place.worker, node)
    const output = { stdout: srunOutput, stderr: srunOutput }
    return startProcess(command, place.channel, output, {
      ...jobWide,
      TWOLOOP_EPOCH: String(place.epoch),
      TWOLOOP_WORKER: String(place.worker),
    })
  }

  hasRoom(place: Pick<WorkerPlace, 'beside' | 'benched'>): boolean {
    return this.#hasNoLimit || this.#nodeOf(place) !== undefined
  }

  distrust(worker: number): void {
    const node = this.#nodes.get(worker)
    if (node !== undefined) this.#placement.distrust(node, performance.now())
  }

  explain({ number, channel, provenance }: EndedWorker, { exitCode }: ProcessEnd): EndExplanation | undefined {
    const end = readSrunEnd(readSrunOutput(channel))
    switch (end?.type) {
      case undefined:
        // Under cgroups the kernel's killer leaves nothing but this code; without them nobody else uses it.
        return exitCode === 137 ? { detail: 'killed', words: 'was killed (SIGKILL) on its node' } : undefined
      case 'ended':
        return { detail: end.detail, words: end.words, ...(this.#isJobOver() && { outlook: 'stop' }) }
      case 'cancelled':
        return this.#explainCancellation(provenance)
      case 'node-failed':
        this.#loseNodes()
        return { detail: 'node-failure', words: 'was lost with its node', outlook: 'wait' }
      case 'no-controller':
        this.#controllerAwayAt = performance.now()
        return { words: "could not be started since Slurm's controller is away", outlook: 'wait' }
      case 'allocation-over':
        return { ...this.#explainCancellation({}), words: 'found its allocation at an end', outlook: 'stop' }
      case 'unseen':
        return {
          words: describeUnseen(end.directory, end.host),
          outlook: 'refuse',
        }
      case 'unavailable': {
        const left = this.#loseNodes()
        const node = this.#nodes.get(number)
        if (left?.length === 0) return { words: 'found its allocation without nodes', outlook: 'stop' }
        if (node === undefined || left === undefined || left.includes(node)) {
          return { words: `was refused by Slurm: ${end.words}`, outlook: 'refuse' }
        }
        return { detail: 'node-failure', words: `could not be started on ${node}, which has failed`, outlook: 'wait' }
      }
      case 'refused': {
        const isComingBack = performance.now() - this.#controllerAwayAt < comebackMs
        return { words: `was refused by Slurm: ${end.words}`, outlook: isComingBack ? 'wait' : 'refuse' }
      }
    }
  }

  cancel({ provenance: { slurmJob, slurmStep } }: Pick<EndedWorker, 'provenance'>, signal: 'TERM' | 'KILL'): void {
    if (slurmJob === undefined || slurmStep === undefined) return
    // Never a signal to srun, and never scancel without one: both kill at once, whatever was asked.
    // The step may have ended by itself, or the controller may be away: the worker's heart decides in the end.
    void askMeanwhile('scancel', [`--signal=${signal}`, `${slurmJob}.${slurmStep}`])
  }

  gone<W extends PlacedWorker>(workers: readonly W[]): readonly W[] {
    return goneWorkers(workers)
  }

  get #hasNoLimit(): boolean {
    return !this.#allocation || this.#allocation.isInStep || this.#options.overlaps || this.#options.namesNodes
  }

  /** Where the worker is, or where it is to go. */
  #nodeOf({
    worker,
    beside,
    benched,
  }: Pick<WorkerPlace, 'beside' | 'benched'> & { worker?: number }): string | undefined {
    const known = worker === undefined ? undefined : this.#nodes.get(worker)
    if (known !== undefined || this.#hasNoLimit) return known
    const living = beside.map((one) => ({ worker: one.worker, node: this.#nodes.get(one.worker) ?? one.host }))
    return this.#placement.choose(living, benched, performance.now())
  }

  #explainCancellation({ slurmJob, slurmRestarts = '0' }: Provenance): EndExplanation {
    if (slurmJob !== undefined) {
      const own = this.#allocation
      if (slurmJob !== own?.job) return { detail: 'cancelled', words: 'was cancelled with its job' }
      if (Number(slurmRestarts) !== own.restarts) {
        return { detail: 'requeued', words: 'was ended when its job was requeued' }
      }
    }
    if (!this.#isJobOver()) return { detail: 'cancelled', words: 'was cancelled' }
    return this.#jobState()?.isPreempted
      ? { detail: 'preempted', words: 'was ended since its job was preempted', outlook: 'stop' }
      : { detail: 'cancelled', words: 'was cancelled with its job', outlook: 'stop' }
  }

  /** Whether the job has ended, or is about to: then it is no use to start another worker. */
  #isJobOver(): boolean {
    const job = this.#jobState()
    return job !== undefined && (job.isPreempted || !['RUNNING', 'CONFIGURING'].includes(job.state))
  }

  /** Learns which nodes the allocation still has; undefined if Slurm does not say. */
  #loseNodes(): readonly string[] | undefined {
    const job = this.#jobState()
    if (job === undefined) return undefined
    const nodes = job.nodes === null ? [] : expandHosts(job.nodes)
    if (job.state === 'RUNNING') this.#placement.keepOnly(nodes)
    return nodes
  }

  #jobState(): JobDetails | undefined {
    const now = performance.now()
    if (!this.#allocation) return undefined
    if (!this.#asked || now - this.#asked.at > jobStateMs) {
      this.#asked = { at: now, state: askForJob(this.#allocation.job) }
    }
    return this.#asked.state
  }
}

/** What is to be known before anything is started: whether there is an allocation, and how many workers fit into it. */
export function srunProspect(settings: RunnerSettings, allocation = ownAllocation()): Prospect {
  if (!allocation) {
    return {
      refusal:
        '--launcher srun starts workers in a Slurm allocation, and this is none: run it in one (salloc --ntasks=8 twoloop run ...), ' +
        'or have it written and submitted as a batch job by twoloop submit.',
    }
  }
  let options: SrunOptions
  try {
    options = readSrunOptions(settings.srun)
  } catch (error) {
    return { refusal: `runner.srun: ${(error as Error).message}.` }
  }
  const perWorker = cpusPerWorker(settings, options)
  const { capacity } = new Placement(allocation.nodes, perWorker)
  const { workers = Math.max(1, capacity) } = settings
  const isLimited = !allocation.isInStep && !options.overlaps && !options.namesNodes
  if (!isLimited || workers <= capacity) return { workers }
  const { nodes, job } = allocation
  const each =
    nodes.length > 8 ? `${nodes.length} nodes` : nodes.map(({ name, cpus }) => `${cpus} on ${name}`).join(', ')
  const total = nodes.reduce((sum, { cpus }) => sum + cpus, 0)
  const has = `job ${job} has ${total} CPUs (${each})`
  if (capacity === 0) {
    return {
      refusal: `A worker needs ${perWorker} CPUs of one node, and ${has}: ask for more, or for fewer per worker.`,
    }
  }
  const wish = perWorker === 1 ? `${workers} workers` : `${workers} workers with ${perWorker} CPUs each`
  return { workers: capacity, warning: `${wish} are wanted, and ${has}: ${capacity} are used.` }
}

function tasksPerWorker(settings: RunnerSettings, options: SrunOptions): number {
  return options.tasks ?? settings.tasksPerWorker
}

/** The worker's step keeps the CPUs for all of its simulation's tasks. */
function cpusPerWorker(settings: RunnerSettings, options: SrunOptions): number {
  return tasksPerWorker(settings, options) * (options.cpusPerTask ?? settings.cpusPerWorker)
}

/**
 * A simulation of several tasks gets a host file, so that the `srun` which it is started with stays on the CPUs that the
 * worker keeps for it; `mpirun` finds as many slots there. What a job was submitted with would leave the `srun` no PATH.
 */
const wrapperScript = `
channel=$0 directory=$1 run=$2 patience=$3 tasks=$4
shift 4
unset SLURM_EXPORT_ENV
${untilRunIsSeen('"$channel"')}
if [ "$tasks" -gt 1 ]; then
  export SLURM_HOSTFILE="$channel/hosts" SLURM_OVERLAP=1 SLURM_NTASKS="$tasks" SLURM_TASKS_PER_NODE="$tasks"
  i=0
  while [ "$i" -lt "$tasks" ]; do echo "$SLURMD_NODENAME"; i=$((i + 1)); done >"$SLURM_HOSTFILE"
fi
exec "$@" >>"$channel/stdout.txt" 2>>"$channel/stderr.txt"
`

/** What the job as a whole was given is no option of its steps, but srun would read it as one; nor is what srun says to be anywhere else. */
const jobWide = Object.fromEntries(
  ['MEM_PER_CPU', 'MEM_PER_GPU', 'MEM_PER_NODE', 'CPUS_PER_TASK', 'TRES_PER_TASK', 'NTASKS', 'NPROCS', 'NNODES']
    .concat(['NTASKS_PER_NODE', 'DISTRIBUTION', 'HOSTFILE', 'EXCLUSIVE', 'GPUS', 'GPUS_PER_TASK', 'GPUS_PER_NODE'])
    .concat(['STDOUTMODE', 'STDERRMODE', 'STDINMODE', 'LABELIO', 'OPEN_MODE', 'IMMEDIATE', 'WHOLE', 'TIMELIMIT'])
    .map((name) => [`SLURM_${name}`, undefined]),
)
