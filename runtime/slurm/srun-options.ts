/** Options of srun as a user writes them, in so far as they mean something to who starts workers. */
export interface SrunOptions {
  /** The program in place of `srun`. */
  readonly program: string
  /** Tasks and CPUs per task, which are to be those of a worker's simulation: the worker itself is one task. */
  readonly tasks: number | undefined
  readonly cpusPerTask: number | undefined
  /** Whether steps may share CPUs, so that any number of workers fits. */
  readonly overlaps: boolean
  /** Whether they say on which nodes steps are to run. */
  readonly namesNodes: boolean
  readonly rest: readonly string[]
}

/** Options that are written `-n 4`, `-n4`, `--ntasks 4` or `--ntasks=4`. */
const numbers = [
  ['tasks', '-n', '--ntasks'],
  ['cpusPerTask', '-c', '--cpus-per-task'],
] as const

export function readSrunOptions(words: readonly string[]): SrunOptions {
  const given: { tasks?: number; cpusPerTask?: number } = {}
  const rest: string[] = []
  const queue = [...words]
  const program = queue[0]?.startsWith('-') === false ? queue.shift()! : 'srun'
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    // A whole node per step is what `--exclusive` once meant within a job; now it means what `--exact` does.
    if (word === '--exclusive' || word === '--exact') continue
    const known = numbers.find(([, short, long]) => isOption(word!, short, long))
    if (!known) rest.push(word)
    else given[known[0]] = readNumber(word, known[1], queue)
  }
  return {
    program,
    tasks: given.tasks,
    cpusPerTask: given.cpusPerTask,
    overlaps: rest.some((word) => ['--overlap', '--overcommit', '-O', '--whole'].includes(word)),
    namesNodes: rest.some((word) => /^(-w|--nodelist|-F|--nodefile|-r|--relative|-x|--exclude)/.test(word)),
    rest,
  }
}

function isOption(word: string, short: string, long: string): boolean {
  return word === long || word.startsWith(`${long}=`) || word === short || /^\d+$/.test(afterPrefix(word, short))
}

function readNumber(word: string, short: string, queue: string[]): number {
  const attached = word.includes('=') ? word.slice(word.indexOf('=') + 1) : afterPrefix(word, short)
  const text = attached || (queue.shift() ?? '')
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new RangeError(`srun's ${word} needs a whole number of at least 1, got ${text || 'nothing'}`)
}

function afterPrefix(word: string, prefix: string): string {
  return word.startsWith(prefix) && !word.startsWith('--') ? word.slice(prefix.length) : ''
}
