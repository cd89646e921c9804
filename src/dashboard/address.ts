import { quoteWord } from '../core/shell-words.ts'

/** Where the page is served. */
export type ServedAt =
  | { readonly type: 'port'; readonly port: number }
  | { readonly type: 'socket'; readonly path: string }

/** The machine on which it is served, as others reach it. */
export interface Machine {
  readonly user: string
  readonly host: string
  /** The login node over which the machine is reached: that of a node of a Slurm job. */
  readonly by: string | undefined
}

/** How people get to the page, in whole lines that can be copied. */
export interface Addresses {
  /** The address to open on this machine; browsers open no sockets. */
  readonly here: string | undefined
  /** The command to run on the machine with the browser. */
  readonly tunnel: string
  /** The address to open there. */
  readonly through: string
}

/** The port of the tunnel's near end where the page has none itself. */
const nearPort = 8123

export function addressesOf(place: ServedAt, machine: Machine, token: string): Addresses {
  const port = place.type === 'port' ? place.port : nearPort
  const far = place.type === 'port' ? `127.0.0.1:${place.port}` : quoteWord(place.path)
  const by = machine.by === undefined ? '' : ` -J ${quoteWord(`${machine.user}@${machine.by}`)}`
  return {
    here: place.type === 'port' ? `http://127.0.0.1:${port}/?token=${token}` : undefined,
    tunnel: `ssh -N${by} -L ${port}:${far} ${quoteWord(`${machine.user}@${machine.host}`)}`,
    through: `http://localhost:${port}/?token=${token}`,
  }
}

/** The machine this process is on; within a Slurm job it is the node, which is reached over the one that submitted. */
export function thisMachine(environment: NodeJS.ProcessEnv, user: string, host: string): Machine {
  const { SLURM_JOB_ID: job, SLURMD_NODENAME: node, SLURM_SUBMIT_HOST: submitter } = environment
  if (!job || !node) return { user, host, by: undefined }
  return { user, host: node, by: submitter === node ? undefined : submitter }
}
