import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { type LaunchedProcess, startProcess } from '../../src/system/process-group.ts'
import type { Launcher, WorkerPlace } from './launcher.ts'
import { workerCommand } from './worker-command.ts'

/** Workers as processes of this machine. */
export class LocalLauncher implements Launcher {
  readonly pace = 0
  readonly nodes = 1
  readonly hasScout = false
  /** Of its own workers their identity tells; those of an earlier start may have been launched otherwise. */
  readonly gone: Launcher['gone']
  readonly #settings: RunnerSettings

  constructor(settings: RunnerSettings, gone: Launcher['gone']) {
    this.#settings = settings
    this.gone = gone
  }

  command(place: WorkerPlace): readonly string[] {
    return workerCommand(this.#settings, place)
  }

  launch(place: WorkerPlace): LaunchedProcess {
    const output = { stdout: 'stdout.txt', stderr: 'stderr.txt' }
    const environment = { TWOLOOP_EPOCH: String(place.epoch), TWOLOOP_WORKER: String(place.worker) }
    return startProcess(this.command(place), place.channel, output, environment)
  }

  hasRoom(): boolean {
    return true
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
