import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { hasPart, hasProgram } from '../parts.ts'
import { eventually } from '../processes.ts'
import { build, type SearchChild, searchProgram } from '../search-child.ts'

/** Whether a Slurm of several nodes can be started on this machine; see `cluster/slurm-up`. */
export const slurm = hasPart(
  'slurm',
  () => process.platform === 'linux' && process.getuid?.() === 0 && (mayInstall() || isInstalled()),
  'tests on a real cluster are run as root, with slurmctld, slurmd, slurm-client and munge installed',
)

/** The cluster of a test file: there from before its first test until after its last. */
export function clusterOfFile(settings: Readonly<Record<string, string>> = {}): Cluster {
  const cluster = new Cluster(settings)
  beforeAll(() => {
    if (slurm) cluster.start()
  })
  afterAll(() => {
    if (slurm) cluster.stop()
  })
  return cluster
}

export interface ClusterChild extends SearchChild {
  readonly stdout: () => string
}

export interface CommandEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A real Slurm of several nodes on this machine, where possible with a network, process ids and /tmp of each node's own. */
export class Cluster {
  /** What all nodes see. */
  readonly common: string
  readonly environment: Readonly<Record<string, string>>
  readonly #directory = join(tmpdir(), `twoloop-slurm-${randomUUID().slice(0, 8)}`)
  readonly #onExit = () => this.stop()
  #watch: ChildProcess | undefined

  /** @param settings see `cluster/slurm-up` */
  constructor(settings: Readonly<Record<string, string>>) {
    const { port, subnet } = freePlace()
    const isolated =
      slurm && hasProgram('unshare', '--fork', '--pid', '--mount-proc', '--uts', '--net', 'true') ? '1' : '0'
    this.common = join(this.#directory, 'common')
    this.environment = {
      SLURM_TESTBED_DIR: this.#directory,
      SLURM_TESTBED_PORT: String(port),
      SLURM_TESTBED_SUBNET: subnet,
      SLURM_TESTBED_HOSTS: '0',
      SLURM_TESTBED_NET: isolated,
      SLURM_TESTBED_TMP: isolated,
      SLURM_TESTBED_SHARE: dirname(build), // the programs that jobs run; a clone may lie anywhere
      ...settings,
      SLURM_CONF: join(this.#directory, 'etc/slurm.conf'),
    }
  }

  start(): void {
    mkdirSync(this.common, { recursive: true })
    process.on('exit', this.#onExit)
    this.#stopWhenOrphaned()
    this.up()
  }

  /** Whether nodes have a /tmp of their own. */
  get isIsolated(): boolean {
    return this.environment.SLURM_TESTBED_TMP === '1'
  }

  /** Starts what is not up, and waits for so many seconds at most until all nodes are. */
  up(seconds = 300): void {
    this.#run('slurm-up', ['4'], { SLURM_TESTBED_WAIT: String(seconds) })
  }

  stop(): void {
    process.off('exit', this.#onExit)
    this.#watch?.kill()
    this.#run('slurm-down', ['--purge'])
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 })
  }

  /** A test run may be killed: a shell that outlives it then takes the cluster down. */
  #stopWhenOrphaned(): void {
    const script = 'while [ -e "/proc/$1" ]; do sleep 1; done; "$0" --purge; rm -rf "$SLURM_TESTBED_DIR"'
    this.#watch = spawn('/bin/sh', ['-c', script, programOf('slurm-down'), String(process.pid)], {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, ...this.environment },
    })
    this.#watch.unref()
  }

  /** Breaks a node, or mends it; see `cluster/slurm-node`. */
  node(action: 'crash' | 'stop' | 'freeze' | 'thaw' | 'start', node: string): void {
    this.#run('slurm-node', [action, node], { SLURM_TESTBED_WAIT: '300' })
  }

  /** What an administrator says of a node. */
  setNode(node: string, state: 'down' | 'resume'): void {
    this.ask('scontrol', 'update', `nodename=${node}`, `state=${state}`, 'reason=test')
  }

  /** As it was at first: no jobs, and all nodes up. */
  mend(): void {
    try {
      this.up(1)
    } catch {
      // A node that was set down stays down; but the controller can be asked now.
    }
    const jobs = this.ask('squeue', '--noheader', '--format=%A').split('\n').filter(Boolean)
    if (jobs.length > 0) this.ask('scancel', ...jobs)
    const down = this.ask('sinfo', '--noheader', '--Node', '--partition=debug', '--states=down', '--format=%N')
    for (const node of down.split('\n').filter(Boolean)) this.setNode(node, 'resume')
    this.up()
  }

  /** Ends the controller; `up` starts another. */
  async stopController(): Promise<void> {
    const pid = Number(readFileSync(join(this.#directory, 'run/slurmctld.pid'), 'utf8'))
    process.kill(pid, 'SIGTERM')
    await eventually(() => readOr(`/proc/${pid}/cmdline`) === '', 'the controller has ended')
  }

  /** What one of Slurm's programs prints. */
  ask(program: string, ...args: readonly string[]): string {
    const env = { ...process.env, ...this.environment }
    return execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  }

  /** Waits until a job neither waits nor runs. */
  async ended(job: string): Promise<void> {
    const isOver = () => !this.ask('squeue', '--noheader', '--format=%A').split('\n').includes(job)
    await eventually(isOver, `job ${job} has ended`, 540_000, 500)
  }

  /** What `twoloop status` says of a run as soon as it says that. */
  async status(run: string, words: RegExp): Promise<string> {
    let said = ''
    const isSaid = async () => {
      said = (await this.command('status', run)).stdout
      return words.test(said)
    }
    await eventually(isSaid, `status says ${words}`, undefined, 200).catch((error: Error) => {
      throw new Error(`${error.message}; it says:\n${said}`, { cause: error })
    })
    return said
  }

  /** The processes of a node's step, as they are numbered out here: the step's own one, and its tasks'. */
  step(step: string): { readonly daemon: number; readonly tasks: readonly number[] } {
    // Another cluster on this machine may have a step of that number.
    const isOurs = (pid: number) => openFiles(pid).some((path) => path.startsWith(`${this.#directory}/log/`))
    const daemon = processesLike((command) => command.startsWith(`slurmstepd: [${step}]`)).find(isOurs)
    if (daemon === undefined) throw new Error(`there is no slurmstepd of ${step}`)
    return { daemon, tasks: descendants(daemon) }
  }

  /** A directory that all nodes see, for one test; it goes with the cluster. */
  directory(): string {
    return mkdtempSync(join(this.common, 'test-'))
  }

  /** A search in an allocation of its own; its runner stays outside of the nodes. */
  search(allocation: readonly string[], options: object): ClusterChild {
    return this.salloc(allocation, process.execPath, searchProgram, JSON.stringify(options))
  }

  /** The command line of twoloop in an allocation, to its end. */
  async twoloop(allocation: readonly string[], ...args: readonly string[]): Promise<CommandEnd> {
    const { ended, stdout, stderr } = this.salloc(allocation, process.execPath, join(build, 'command/main.js'), ...args)
    return { code: await ended, stdout: stdout(), stderr: stderr() }
  }

  /** The command line of twoloop where Slurm can be asked, to its end. */
  command(...args: readonly string[]): Promise<CommandEnd> {
    return this.run(process.execPath, join(build, 'command/main.js'), ...args)
  }

  /** A program where Slurm can be asked, to its end. */
  async run(program: string, ...args: readonly string[]): Promise<CommandEnd> {
    const { exitCode, stdout, stderr } = await execa(program, args, {
      cwd: this.common,
      stdin: 'ignore',
      env: { ...this.environment },
      reject: false,
      stripFinalNewline: false,
    })
    return { code: exitCode ?? null, stdout, stderr }
  }

  /** A program in an allocation. The nodes that fail are no reason to end the job. */
  salloc(
    allocation: readonly string[],
    ...command: readonly string[]
  ): SearchChild & { readonly stdout: () => string } {
    return this.begin('salloc', '--no-kill', '--quiet', ...allocation, ...command)
  }

  /** A program where Slurm can be asked; it is asked to end at the end of the test at the latest. */
  begin(program: string, ...args: readonly string[]): ClusterChild {
    const child = spawn(program, args, {
      cwd: this.common,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    })
    const printed = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      printed.stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      printed.stderr += chunk.toString()
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    onTestFinished(() => endProcess(child))
    return { process: child, ended, stdout: () => printed.stdout, stderr: () => printed.stderr }
  }

  #run(script: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): void {
    if (!existsSync(this.#directory)) return
    const env = { ...process.env, ...this.environment, ...more }
    execFileSync(programOf(script), args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}

const programOf = (script: string) => join(import.meta.dirname, 'cluster', script)

/** Ports below those that are given out, and addresses set aside for benchmarks: 512 of each, so that test runs do not meet. */
function freePlace(): { readonly port: number; readonly subnet: string } {
  for (let place = process.pid % 512; ; place = (place + 1) % 512) {
    const port = 17_000 + 20 * place
    if (existsSync(`/sys/class/net/stb${port}`)) continue
    return { port, subnet: `198.${18 + (place >> 8)}.${place & 255}` }
  }
}

/** `salloc` that is asked to end gives back its allocation, with all that runs there. */
function endProcess(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
}

function mayInstall(): boolean {
  return process.env.TWOLOOP_TEST_REQUIRE === 'all' && hasProgram('apt-get')
}

function isInstalled(): boolean {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`
  return ['slurmctld', 'slurmd', 'srun', 'munged'].every((program) =>
    path.split(':').some((directory) => existsSync(join(directory, program))),
  )
}

function processesLike(isMeant: (command: string) => boolean): number[] {
  return pids().filter((pid) => isMeant(readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')))
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  let descriptors: string[]
  try {
    descriptors = readdirSync(folder)
  } catch {
    return [] // ended meanwhile
  }
  return descriptors.flatMap((descriptor) => {
    try {
      return [readlinkSync(join(folder, descriptor))]
    } catch {
      return [] // closed meanwhile
    }
  })
}

function descendants(pid: number): number[] {
  const children = pids().filter(
    (one) =>
      readOr(`/proc/${one}/stat`)
        .replace(/^.*\) /, '')
        .split(' ')[1] === String(pid),
  )
  return children.flatMap((child) => [child, ...descendants(child)])
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
