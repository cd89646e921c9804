import type { FromThunk, Gathered } from './thunk-messages.ts'

/** The processes of one experiment, as one of them sees them: what MPI is in Python. */
export interface ExperimentProcesses {
  /** Which one this is, from 0. */
  readonly rank: number
  /** How many there are. */
  readonly size: number
  /** The values of all processes in the order of their ranks; every process must ask. The values are plain data. */
  allGather<T>(value: T): Promise<readonly T[]>
}

/** How a process of an experiment learns which one it is. */
export const rankVariables = { rank: 'TWOLOOP_RANK', size: 'TWOLOOP_PROCESSES' } as const

const key = Symbol.for('twoloop.experimentProcesses')

/** The processes of the experiment that runs here; outside of one there is one process. */
export function experimentProcesses(): ExperimentProcesses {
  // One for the whole process, however many bundles have this module in them.
  const known = globalThis as { [key]?: ExperimentProcesses }
  known[key] ??= ownProcesses()
  return known[key]
}

function ownProcesses(): ExperimentProcesses {
  const size = Number(process.env[rankVariables.size] ?? 1)
  const send = process.send?.bind(process)
  if (size === 1 || !send) return { rank: 0, size: 1, allGather: async (value) => [value] }
  let rounds = 0
  return {
    rank: Number(process.env[rankVariables.rank] ?? 0),
    size,
    allGather: <T>(value: T) => {
      const round = rounds++
      return new Promise<readonly T[]>((resolve) => {
        const receive = (message: unknown) => {
          if (!isGathered(message) || message.round !== round) return
          process.off('message', receive)
          resolve(message.values as readonly T[])
        }
        process.on('message', receive)
        send({ type: 'gather', round, value } satisfies FromThunk)
      })
    },
  }
}

function isGathered(message: unknown): message is Gathered {
  return (message as Partial<Gathered> | null)?.type === 'gathered'
}
