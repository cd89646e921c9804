import { nearest } from '../../src/core/nearest.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { quoteWord } from '../../src/core/shell-words.ts'
import { type LaunchedProcess, type ProcessEnd, startProcess } from '../../src/system/process-group.ts'
import type { EndExplanation, EndedWorker, Launcher, Prospect, WorkerPlace, WorkerPool } from './launcher.ts'
import { firstHello } from './worker-channel.ts'
import { workerCommand } from './worker-command.ts'

/** Workers by any other scheduler: a command of the user's starts one somewhere, and lasts as long as the worker does. */
export class CommandLauncher implements Launcher, WorkerPool {
  readonly pace = 0
  readonly hasScout = true
  readonly pool = this
  /** Tells which workers are gone: those of earlier runner starts by their hearts, unless something else is known. */
  readonly gone: Launcher['gone']
  readonly #settings: RunnerSettings
  /** When the commands that last were begun: a time in a queue counts to the walltime, since it cannot be told apart. */
  readonly #launchedAt = new Map<number, number>()
  /** Workers whose walltime was over when their commands ended. */
  readonly #overran = new Set<number>()
  #now = 0

  constructor(settings: RunnerSettings, gone: Launcher['gone']) {
    this.#settings = settings
    this.gone = gone
  }

  /** Each command has asked for a machine, or a part of one. */
  get nodes(): number {
    return this.#launchedAt.size
  }

  command(place: WorkerPlace): readonly string[] {
    const { directory, channel, worker, epoch } = place
    const { launch = [], warningSignal } = this.#settings
    // The worker's machine may have nothing of this process's environment.
    const warning = warningSignal === undefined ? [] : [`TWOLOOP_WARNING_SIGNAL=${warningSignal}`]
    const environment = [`TWOLOOP_EPOCH=${epoch}`, `TWOLOOP_WORKER=${worker}`, ...warning]
    const command = ['env', ...environment, ...workerCommand(this.#settings, place)]
    const values: Readonly<Record<string, string>> = {
      command: command.map(quoteWord).join(' '),
      worker: String(worker),
      directory,
      folder: channel,
    }
    return launch.flatMap((word) =>
      word === '{command}' ? command : [word.replaceAll(placeholder, (_, name: string) => values[name]!)],
    )
  }

  launch(place: WorkerPlace): LaunchedProcess {
    const { worker, channel, epoch } = place
    const output = { stdout: 'stdout.txt', stderr: 'stderr.txt' }
    const environment = { TWOLOOP_EPOCH: String(epoch), TWOLOOP_WORKER: String(worker) }
    const launched = startProcess(this.command(place), channel, output, environment)
    const begin = performance.now()
    this.#launchedAt.set(worker, begin)
    void launched.ended.then(() => {
      this.#launchedAt.delete(worker)
      if (performance.now() - begin >= (this.#settings.walltime ?? Number.POSITIVE_INFINITY)) this.#overran.add(worker)
    })
    return launched
  }

  hasRoom(): boolean {
    return true
  }

  distrust(): void {
    // The command chooses the place.
  }

  explain({ number, channel }: EndedWorker, { exitCode }: ProcessEnd): EndExplanation | undefined {
    if (this.#overran.has(number)) return { detail: 'time-limit', words: 'was there for longer than its walltime' }
    if (exitCode !== 0 || firstHello(channel) !== undefined) return undefined
    return {
      words: 'had not come when its command ended with exit code 0 (runner.launch needs one that lasts as long)',
    }
  }

  cancel(): void {
    // The process group of its command has been signalled, and the worker has been asked through its pipe.
  }

  adopt(): ReadonlyMap<number, Promise<ProcessEnd>> {
    return new Map() // how they are, their hearts say
  }

  tick(now: number): void {
    this.#now = now
  }

  giveBack(idle: readonly number[], most: number): readonly number[] {
    return idle.slice(0, most)
  }

  get warned(): readonly number[] {
    const { walltime, warning } = this.#settings
    if (walltime === undefined) return []
    const oldest = this.#now - Math.max(0, walltime - warning)
    return [...this.#launchedAt].filter(([, launchedAt]) => launchedAt <= oldest).map(([worker]) => worker)
  }

  release(): void {
    // Workers that are asked to leave end their commands.
  }

  async close(): Promise<void> {
    // All workers have ended.
  }

  abandon(): void {
    this.#launchedAt.clear()
  }
}

const placeholders = ['command', 'worker', 'directory', 'folder']
const placeholder = new RegExp(`\\{(${placeholders.join('|')})\\}`, 'g')

/** A name in braces that means nothing here; variables of a shell (`${NAME}`) and templates of other programs (`{{name}}`) do. */
const otherName = /(?<![${])\{([A-Za-z_]\w*)\}(?!\})/g

/** What is to be known before anything is started. */
export function commandProspect({ launch, workers, walltime, warning }: RunnerSettings): Prospect {
  if (!launch?.some((word) => word.includes('{command}'))) {
    return {
      refusal:
        '--launcher command starts workers with a command of yours, and runner.launch is to say which, with {command} ' +
        `for the worker's own: launch: [flux, run, -n1, "{command}"]; got ${JSON.stringify(launch ?? null)}.`,
    }
  }
  for (const word of launch) {
    const other = [...word.matchAll(otherName)].map(([, name]) => name!).find((name) => !placeholders.includes(name))
    if (other !== undefined) return { refusal: otherPlaceholder(word, other) }
  }
  if (workers === undefined) {
    return { refusal: '--launcher command needs to know how many workers there may be at most: give --workers.' }
  }
  if (walltime !== undefined && walltime <= warning) {
    return { refusal: `runner.walltime needs more than runner.warning (${warning} ms), got ${walltime} ms.` }
  }
  return { workers }
}

function otherPlaceholder(word: string, name: string): string {
  const meant = nearest(name, placeholders)
  const known = placeholders.map((known) => `{${known}}`).join(', ')
  const hint = meant === undefined ? `there are ${known}` : `did you mean {${meant}}?`
  return `runner.launch has {${name}} in ${JSON.stringify(word)}, which stands for nothing; ${hint} (Braces of its own have a space in them: { ${name} }.)`
}
