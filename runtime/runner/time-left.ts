import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { Deadline } from '../../src/system/deadline.ts'

/** When nothing more can be simulated. */
export interface TimeEnd {
  /** How many milliseconds are left. */
  readonly left: number
  readonly name: string
  /** Whether the run itself has set it: then other machines would be of no use. */
  readonly isSpent: boolean
}

/** Why a run stops by itself with nothing wrong. */
export type Stop = Pick<TimeEnd, 'isSpent'> & { readonly reason: string }

/** The ends of a run's time: that of its machines, its own deadline, and its budget of node-hours. */
export class TimeLeft {
  readonly #settings: Pick<RunnerSettings, 'deadline' | 'maxNodeHours'>
  readonly #machines: Deadline | undefined
  readonly #deadline = new Deadline()

  constructor(settings: Pick<RunnerSettings, 'deadline' | 'maxNodeHours'>, machines: Deadline | undefined) {
    this.#settings = settings
    this.#machines = machines
    if (settings.deadline !== undefined) this.#deadline.setAt(Date.parse(settings.deadline))
  }

  /** Whether nothing sets an end: then there is nothing to reckon, as for every individual of most runs. */
  get isEndless(): boolean {
    const { deadline, maxNodeHours } = this.#settings
    const isBound = deadline !== undefined || maxNodeHours !== undefined
    return !isBound && (this.#machines === undefined || this.#machines.left === Number.POSITIVE_INFINITY)
  }

  /** The end that comes first, if the budget lasts for so many milliseconds. */
  first(budgetMs: number): TimeEnd {
    const { deadline, maxNodeHours } = this.#settings
    const machinesMs = this.#machines?.left ?? Number.POSITIVE_INFINITY
    const ownMs = this.#deadline.left
    if (budgetMs < Math.min(machinesMs, ownMs)) {
      return {
        left: budgetMs,
        name: `the end of its budget of ${maxNodeHours} node-hours (maxNodeHours)`,
        isSpent: true,
      }
    }
    if (ownMs < machinesMs) return { left: ownMs, name: `its deadline (${deadline})`, isSpent: true }
    return { left: machinesMs, name: 'the end of its time', isSpent: false }
  }
}

/** Whether there is time for one more simulation; of those that have not been measured nothing is known: they get their chance. */
export function hasTime({ left }: TimeEnd, mostMs: number | undefined): boolean {
  return (mostMs ?? 0) < left
}

/** Whether a run is to stop now, and why: what runs then is waited for up to the setting `drain`. */
export function stopNow(
  end: TimeEnd,
  situation: {
    /** Why the budget lets nothing more be simulated. */
    readonly refusal: string | undefined
    readonly isIdle: boolean
    readonly drain: number
    /** What hardly any simulation exceeds; undefined if none was measured. */
    readonly mostMs: number | undefined
  },
): Stop | undefined {
  const { refusal, isIdle, drain, mostMs } = situation
  const { left, name, isSpent } = end
  if (refusal !== undefined) return { reason: refusal, isSpent: true }
  // Machines that are taken away leave no time for what a stop waits for; an end of the run's own making does.
  if (left <= (isSpent ? 0 : drain)) return { reason: `${name} has come`, isSpent }
  if (isIdle && !hasTime(end, mostMs)) return { reason: `no simulation would end before ${name}`, isSpent }
  return undefined
}
