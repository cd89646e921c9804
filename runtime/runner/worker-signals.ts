import { signalGroup, signalProcess } from '../../src/system/process-group.ts'
import { livenessOf, type ProcessIdentity } from '../../src/system/process-identity.ts'
import type { EndedWorker, Launcher } from './launcher.ts'

/** A worker as far as it is known where to signal it. */
interface Addressee extends Pick<EndedWorker, 'number' | 'provenance'> {
  readonly identity: ProcessIdentity | undefined
}

/** The signals to one worker: to the group that this runner started, to the process that said hello, and to what runs it elsewhere. */
export class WorkerSignals {
  readonly #worker: Addressee
  readonly #launcher: Launcher
  /** The process that this runner started; an adopted worker has none. */
  #pid: number | undefined
  /** The last signal to all: to say it again would ask a scheduler for nothing. */
  #last: NodeJS.Signals | undefined

  constructor(worker: Addressee, launcher: Launcher) {
    this.#worker = worker
    this.#launcher = launcher
  }

  onLaunch(pid: number | undefined): void {
    this.#pid = pid
  }

  /** Also to what runs the worker elsewhere, where no signal reaches it. */
  sendToAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (signal === this.#last) return
    this.#last = signal
    this.#launcher.cancel(this.#worker, signal === 'SIGKILL' ? 'KILL' : 'TERM')
    this.send(signal)
  }

  send(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { identity, provenance } = this.#worker
    // What stands here for a job step kills the step at the first signal, whatever was asked of the worker.
    const isStep = provenance.slurmStep !== undefined && identity?.pid !== this.#pid
    if (this.#pid !== undefined && (signal === 'SIGKILL' || !isStep)) signalGroup(this.#pid, signal)
    if (identity && identity.pid !== this.#pid) signalOther(identity, signal)
  }
}

/** A pid that came through the file system is only signalled where it surely still means this worker. */
function signalOther(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!['alive', 'stopped'].includes(livenessOf(identity))) return
  signalGroup(identity.pid, signal) || signalProcess(identity.pid, signal)
}
