import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants as system } from 'node:os'
import type { Readable } from 'node:stream'
import { getSystemErrorName } from 'node:util'
import { nextMark } from './group-mark.ts'
import { startGuardians } from './guardian.ts'
import { environmentOf, LedGroup, type ProcessEnd, ProcessGroup, signalGroup, type Variables } from './process-group.ts'

/** What a program is started with; its standard error is this process's own. */
export interface StartOptions {
  readonly environment: Variables
  readonly workingDirectory: string | undefined
  /** What it reads from its standard input; nothing by default. */
  readonly input?: string | undefined
}

/** A program that was started by a starter. */
export interface StartedProgram {
  readonly group: LedGroup
  readonly stdout: Readable
  /** Milliseconds of CPU time of it and of what it has waited for, once it has ended. */
  cpuMs(): number
}

/**
 * Starts one program after the other for a process that is large: it is small itself, so that a fork costs little.
 *
 * What it reads: eight digits with the length of a request, and in that, with zeros between them, the working directory, the
 * input, the number of words, the words, and what is another in the environment than it was last time, `NAME=value` or
 * `NAME`. What it says, a line each: first the number of a pipe, whether the way to it works; for each request the process
 * and the pipe that it writes to, or 0 and the system's number for why it could not be started; and how it ended, with the
 * CPU time of all so far.
 *
 * The kernel is asked (`prctl`, by its number) to hand it whatever a program leaves behind, also in a session of its own and
 * without the mark (36: subreaper), which is killed before the end is told; and to kill it with this process, and a program
 * with it (1: signal at the death of the parent). So no late line of theirs is read, and none outlives its guardians.
 *
 * Signals are for the programs: a scheduler sends them to all processes, and were this one the first to end, nobody would
 * hear how a program does.
 */
const script = String.raw`
$| = 1;
my ($prctl) = @ARGV;
if ($prctl) {
  syscall $prctl, 36, 1, 0, 0, 0;
  syscall $prctl, 1, 9, 0, 0, 0;
}
my $cleared = 0;
sub spent { my @times = times; return $times[2] + $times[3] }
sub clear {
  my $before = spent();
  for (1 .. 200) {
    1 while waitpid(-1, 1) > 0;
    open my $list, '<', "/proc/$$/task/$$/children" or last;
    my @left = split ' ', <$list> // '' or last;
    kill KILL => @left;
    select undef, undef, undef, 0.005;
  }
  $cleared += spent() - $before;
}
my @signals = qw(HUP INT QUIT TERM USR1 USR2);
$SIG{$_} = 'IGNORE' for @signals;
pipe my $read, my $write;
open my $nothing, '<', '/dev/null';
print fileno $read, "\n";
while (read(STDIN, my $size, 8) == 8) {
  last unless read(STDIN, my $request, $size) == $size;
  my ($directory, $input, $count, @words) = split /\0/, $request, -1;
  for (splice @words, $count) {
    my ($name, $value) = split /=/, $_, 2;
    if (defined $value) { $ENV{$name} = $value } else { delete $ENV{$name} }
  }
  pipe $read, $write;
  pipe my $failed, my $fail;
  my $in = $nothing;
  if ($input ne '') {
    pipe $in, my $given;
    syswrite $given, $input;
  }
  my $why = 0;
  my $pid = fork;
  if (defined $pid && $pid == 0) {
    setpgrp;
    syscall $prctl, 1, 9, 0, 0, 0 if $prctl;
    $SIG{$_} = 'DEFAULT' for @signals;
    open STDIN, '<&', $in;
    open STDOUT, '>&', $write;
    exec { $words[0] } @words if $directory eq '' || chdir $directory;
    syswrite $fail, $! + 0;
    kill KILL => $$;
  }
  $why = $! + 0 unless defined $pid;
  close $write;
  close $fail;
  sysread $failed, $why, 8 if $pid;
  print $why ? "0 $why\n" : "$pid " . fileno($read) . "\n";
  next unless $pid;
  my $before = spent();
  my $gone;
  while (($gone = waitpid -1, 0) > 0 && $gone != $pid) {
    $cleared += spent() - $before;
    $before = spent();
  }
  my $status = $?;
  next if $why;
  my $cpu = spent() - $cleared;
  clear() if $prctl;
  print "$status $cpu\n";
}
`

/** The number of `prctl` among the system calls. */
const prctl: Readonly<Partial<Record<NodeJS.Architecture, string>>> = { x64: '157', arm64: '167' }

/** A pipe holds this much, so that an input is in it before anybody reads. */
const mostInput = 4096
/** No system takes longer words, whoever starts the program. */
const mostLetters = 2 ** 20

let current: Promise<Starter | undefined> | undefined

/**
 * Starts a program by the starter of this process; undefined where there is none, it is at work, or this is not for it.
 * @throws what it throws of a program that cannot be started, with the system's code
 */
export async function startProgram(
  command: readonly string[],
  options: StartOptions,
): Promise<StartedProgram | undefined> {
  const { environment, workingDirectory = '', input = '' } = options
  const mark = nextMark()
  const variables = environmentOf(environment, mark)
  const parts = [workingDirectory, input, String(command.length), ...command]
  const isPossible = [...parts, ...Object.values(variables)].every(
    (part = '') => part.length <= mostLetters && !part.includes('\0'),
  )
  if (!isPossible || Buffer.byteLength(input) > mostInput) return undefined
  current ??= Starter.begin()
  const starter = await current
  return starter?.isFree ? starter.start(parts, variables, mark) : undefined
}

class Starter {
  readonly #process: ProcessGroup
  /** What it has said and nobody has heard yet. */
  #said = ''
  #onSaid: () => void = () => {}
  #isGone = false
  #isFree = true
  /** The variables as the last program had them. */
  #variables: Variables
  /** The CPU time of all programs so far. */
  #cpuMs = 0

  private constructor() {
    const environment = { PERL5OPT: undefined, PERL5LIB: undefined, PERL_UNICODE: undefined, LC_ALL: 'C' }
    this.#process = new ProcessGroup(['perl', '-e', script, prctl[process.arch] ?? '0'], {
      environment,
      stdio: ['pipe', 'pipe', 'inherit'],
      isGuarded: true,
    })
    this.#variables = environmentOf(environment, undefined)
    const { child } = this.#process
    this.#output.on('data', (text: Buffer) => {
      this.#said += text.toString('latin1')
      this.#onSaid()
    })
    this.#input.on('error', () => {}) // its end says so
    child.unref()
    this.#input.unref()
    void this.#process.ended.then(() => {
      this.#isFree = false
      this.#isGone = true
      current = undefined
      this.#onSaid()
    })
  }

  /** Undefined where there is no Perl, or no way to the pipes of another process. */
  static async begin(): Promise<Starter | undefined> {
    if (process.platform !== 'linux') return undefined
    const starter = new Starter()
    try {
      const [pipe] = await starter.#hear()
      closeSync(starter.#open(pipe!))
      starter.#output.unref()
      return starter
    } catch {
      await starter.#process[Symbol.asyncDispose]()
      current = Promise.resolve(undefined) // nor will there be one later
      return undefined
    }
  }

  get isFree(): boolean {
    return this.#isFree
  }

  async start(parts: readonly string[], variables: Variables, mark: string): Promise<StartedProgram> {
    this.#isFree = false
    this.#output.ref()
    startGuardians()
    const request = [...parts, ...this.#changesTo(variables)].join('\0')
    const size = Buffer.byteLength(request)
    this.#input.write(`${String(size).padStart(8, '0')}${request}`)
    const [pid = 0, pipe = 0] = await this.#hear()
    if (pid === 0) {
      this.#rest()
      const code = getSystemErrorName(-pipe)
      throw Object.assign(new Error(`spawn ${parts[3]} ${code}`), { code })
    }
    const cpuBefore = this.#cpuMs
    let hasEnded = false
    const ended = this.#hearEnd(pid).finally(() => {
      hasEnded = true
    })
    const leader = {
      pid,
      ended,
      get hasEnded() {
        return hasEnded
      },
    }
    const group = new LedGroup(leader, mark)
    try {
      const stdout = new Socket({ fd: this.#open(pipe), readable: true, writable: false })
      return { group, stdout, cpuMs: () => this.#cpuMs - cpuBefore }
    } catch (error) {
      await group[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What is another than in the environment that it has. */
  #changesTo(variables: Variables): string[] {
    const changed = Object.keys({ ...this.#variables, ...variables }).filter(
      (name) => variables[name] !== this.#variables[name],
    )
    this.#variables = variables
    return changed.map((name) => (variables[name] === undefined ? name : `${name}=${variables[name]}`))
  }

  async #hearEnd(pid: number): Promise<ProcessEnd> {
    try {
      const [status, seconds] = await this.#hear()
      this.#cpuMs = seconds! * 1000
      this.#rest()
      return endOf(status!)
    } catch {
      signalGroup(pid, 'SIGKILL') // nobody would say how it ends
      return { signal: 'SIGKILL' }
    }
  }

  /** Lets the starter wait for the next program without keeping this process alive. */
  #rest(): void {
    this.#isFree = true
    this.#output.unref()
  }

  async #hear(): Promise<number[]> {
    while (!this.#said.includes('\n')) {
      if (this.#isGone) throw new Error('the process that starts programs has ended')
      await new Promise<void>((resolve) => {
        this.#onSaid = resolve
      })
    }
    const end = this.#said.indexOf('\n')
    const line = this.#said.slice(0, end)
    this.#said = this.#said.slice(end + 1)
    return line.split(' ').map(Number)
  }

  #open(pipe: number): number {
    const { O_RDONLY, O_NONBLOCK } = constants
    return openSync(`/proc/${this.#process.pid}/fd/${pipe}`, O_RDONLY | O_NONBLOCK)
  }

  get #input(): Socket {
    return this.#process.child.stdin as Socket
  }

  get #output(): Socket {
    return this.#process.child.stdout as Socket
  }
}

/** The end of a process by its status, as `wait` tells it. */
function endOf(status: number): ProcessEnd {
  const number = status & 127
  if (number === 0) return { exitCode: status >> 8 }
  const signal = Object.entries(system.signals).find(([, known]) => known === number)?.[0]
  return { signal: signal ?? `signal ${number}` }
}
