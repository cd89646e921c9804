import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { gpusHere, gpusOf } from '../../src/system/gpus.ts'
import { type LaunchedProcess, startProcess } from '../../src/system/process-group.ts'
import { usableCpus } from '../../src/system/usable-cpus.ts'
import { GpuShares } from './gpu-shares.ts'
import type { Launcher, Prospect, WorkerPlace } from './launcher.ts'
import { workerCommand } from './worker-command.ts'

/** Workers as processes of this machine. */
export class LocalLauncher implements Launcher {
  readonly pace = 0
  readonly nodes = 1
  readonly hasScout = false
  /** Tells which workers are gone: its own by their identity; those of an earlier start may have been launched otherwise. */
  readonly gone: Launcher['gone']
  readonly #settings: RunnerSettings
  /** Undefined if no GPUs are asked for, or none are seen here. */
  readonly #gpus: GpuShares | undefined

  constructor(settings: RunnerSettings, gone: Launcher['gone']) {
    this.#settings = settings
    this.gone = gone
    this.#gpus = localShares(settings)
  }

  command(place: WorkerPlace): readonly string[] {
    return workerCommand(this.#settings, place)
  }

  launch(place: WorkerPlace): LaunchedProcess {
    const output = { stdout: 'stdout.txt', stderr: 'stderr.txt' }
    const environment = {
      TWOLOOP_EPOCH: String(place.epoch),
      TWOLOOP_WORKER: String(place.worker),
      ...this.#gpus?.take(place.worker, sharesOf(place)),
    }
    const launched = startProcess(this.command(place), place.channel, output, environment)
    void launched.ended.then(() => this.#gpus?.release(place.worker))
    return launched
  }

  hasRoom(place: Pick<WorkerPlace, 'beside'>): boolean {
    return this.#gpus?.hasRoom(sharesOf(place)) ?? true
  }

  distrust(): void {
    // There is nowhere else.
  }

  explain(): undefined {
    return undefined
  }

  cancel(): void {
    // Its process group has been signalled: there is nothing beyond it.
  }
}

/** What is to be known before anything is started: how many CPUs there are, and workers with GPUs of their own. */
export function localProspect(settings: RunnerSettings): Prospect {
  const { workers = usableCpus(), gpusPerWorker } = settings
  if (gpusPerWorker === undefined) return { workers }
  const shares = localShares(settings)
  if (!shares) return { workers, warning: 'runner.gpusPerWorker is not heeded, since no GPU is seen here.' }
  const { gpus, capacity } = shares
  const each = gpusPerWorker === 1 ? 'a GPU' : `${gpusPerWorker} GPUs`
  const seen = gpus === 1 ? '1 GPU is' : `${gpus} GPUs are`
  if (capacity === 0) return { refusal: `A worker needs ${each}, and ${seen} seen here: ask for fewer per worker.` }
  if (workers <= capacity) return { workers }
  if (settings.workers === undefined) return { workers: capacity }
  const warning = `${workers} workers with ${each} each are wanted, and ${seen} seen here: ${capacity} are used.`
  return { workers: capacity, warning }
}

function localShares({ gpusPerWorker }: RunnerSettings): GpuShares | undefined {
  if (gpusPerWorker === undefined) return undefined
  // A variable that says which ones may be used comes before what is there.
  const shares = new GpuShares(gpusPerWorker, gpusOf(process.env) ?? gpusHere())
  return shares.gpus > 0 ? shares : undefined
}

/** What workers of earlier runner starts have. */
function sharesOf({ beside }: Pick<WorkerPlace, 'beside'>): readonly number[] {
  return beside.flatMap(({ provenance: { gpuShare, pilot } }) =>
    gpuShare === undefined || pilot !== undefined ? [] : [Number(gpuShare)],
  )
}
