import { type ExecFileException, execFile, execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** What one of Slurm's programs answers. */
export type SlurmAnswer =
  | { readonly type: 'said'; readonly text: string }
  /** The program ended with an error: its own words, and what it had said until then. */
  | { readonly type: 'refused'; readonly words: string; readonly text: string }
  /** The program is not there, or took too long: nothing is known. */
  | { readonly type: 'silent'; readonly words: string }

/** A controller that is away must not hold up the run: whoever asks can do without an answer. */
const patienceMs = 5000
const mostBytes = 2 ** 26

/** Asks one of Slurm's programs, and waits for the answer. */
export function ask(program: string, ...args: readonly string[]): SlurmAnswer {
  try {
    const text = execFileSync(program, args, {
      encoding: 'utf8',
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceMs,
      maxBuffer: mostBytes,
    })
    return { type: 'said', text }
  } catch (error) {
    return unanswered(error as Failure)
  }
}

/** Asks as `ask` does, while the run goes on. */
export function askMeanwhile(program: string, args: readonly string[], timeout = patienceMs): Promise<SlurmAnswer> {
  const options = { encoding: 'utf8', env: plainEnvironment(), timeout, maxBuffer: mostBytes } as const
  return new Promise((answer) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      answer(error ? unanswered({ ...error, stdout, stderr }) : { type: 'said', text: stdout })
    })
    child.stdin?.end()
  })
}

type Failure = Pick<ExecFileException, 'stdout' | 'stderr' | 'code'> & { readonly status?: number | null }

function unanswered({ stdout = '', stderr = '', status, code }: Failure): SlurmAnswer {
  const exitCode = status ?? code
  if (typeof exitCode !== 'number')
    return { type: 'silent', words: code === 'ENOENT' ? 'is not there' : 'gave no answer' }
  return {
    type: 'refused',
    words: ownWords(stderr) || stderr.trim() || `ended with exit code ${exitCode}`,
    text: stdout,
  }
}

/** What one of Slurm's programs complains of, each complaint once. */
export function ownWords(text: string): string {
  const complaints = [
    ...text.matchAll(/^\w+: (?:(?:error|fatal): (.*)|((?:unrecognized|invalid) option.*|option .*))$/gm),
  ]
  return [...new Set(complaints.map(([, error, usage]) => (error ?? usage)!.trim().replace(/\.$/, '')))].join('; ')
}

/**
 * The environment in which Slurm's programs say what they always say, and do what their arguments ask for: sites and users
 * set variables that change the form of answers, ask a person to confirm, or stand above a batch script's own options.
 */
export function plainEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isDisturbing(name)))
}

const isDisturbing = (name: string) =>
  /^(SQUEUE|SCONTROL|SCANCEL)_|^SLURM_\w*(FORMAT|_FORMAT2?)$|^SLURM_BITSTR_LEN$/.test(name) ||
  /^SBATCH_(ARRAY_INX|WAIT|OUTPUT|ERROR|INPUT|OPEN_MODE|SIGNAL|REQUEUE|NO_REQUEUE|JOB_NAME|IGNORE_PBS)$/.test(name)

/** Where a program is that PATH leads to. */
export function findOnPath(program: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map((directory) => join(resolve(directory || '.'), program))
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
