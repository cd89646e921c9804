import type { FailureCause, FailureDetail, FailureKind, Outputs } from './evaluation.ts'
import type { Individual, IndividualId } from './individual.ts'
import type { Origin, Proposal } from './proposal.ts'

/** An individual as it enters the record: with how it came about, and when. */
export interface ProposedIndividual {
  readonly individual: Individual
  /** How many evaluations the optimizer had been told when it proposed this one. */
  readonly after: number
  /** What made it, in the algorithm's own word, and from whom. */
  readonly origin?: Origin | undefined
}

/** An individual with what its proposal says of it. */
export function proposedAs(individual: Individual, proposal: Proposal | undefined, after: number): ProposedIndividual {
  return { individual, after, origin: proposal?.origin }
}

/** An individual that takes the place of one that failed for good. */
export interface StandIn extends ProposedIndividual {
  /** The index of the one that failed, in the same generation. */
  readonly replaces: number
}

/** Where an optimizer stood: telling it what was told since gives where it stands. */
interface CheckpointPlace {
  /** How many evaluations it had been told. */
  readonly told: number
  /** How many individuals it had been asked for. */
  readonly asked: number
}

/** A checkpoint that is to be kept. */
export interface Checkpoint extends CheckpointPlace {
  /** Where it stood, as bytes. */
  readonly state: Buffer
  /** What a search that goes on is without it: later, or lost, as it cannot be told again. */
  readonly without?: 'later' | 'lost'
}

/** A checkpoint that was kept. */
export interface KeptCheckpoint extends CheckpointPlace {
  /** Plain data and typed arrays, as stored: a large one refers to what the record has of its individuals. */
  readonly value: unknown
}

/** A generation that begins, with what the optimizer says then. */
export interface BegunGeneration {
  readonly generation: number
  readonly summary: Readonly<Record<string, unknown>>
}

/** What is stored with a generation beside its individuals. */
export interface GenerationDetails {
  /** What the optimizer says of it to people. */
  readonly summary?: Readonly<Record<string, unknown>> | undefined
  readonly checkpoint?: Checkpoint | undefined
}

/**
 * The place of an evaluation in the order of telling; null if it is not told. Where proposals are told in the order in
 * which they were made it is known with them; otherwise evaluations are told as they come. An individual that failed and
 * its stand-ins have one place together, and are told in the order of their indices.
 */
export type ToldNumber = (individual: IndividualId) => number | null

/** One try at an evaluation, as it is recorded: every attempt is, and exactly one of an individual is accepted. */
export interface AttemptRecord {
  readonly individual: IndividualId
  /** The runner start under which it was handed out; together with the number, which attempt it is. */
  readonly epoch: number
  readonly attempt: number
  readonly worker: number
  readonly verdict: Verdict
  readonly fitness?: readonly number[] | undefined
  readonly outputs?: Outputs | undefined
  readonly cause?: FailureCause | undefined
  readonly milliseconds?: number | undefined
  /** Bytes of the worker's output files: [from, to) of stdout, then of stderr. */
  readonly printed?: readonly [number, number, number, number] | undefined
  /** When the attempt began and ended in the runner's time, in milliseconds since 1970. */
  readonly began?: number | undefined
  readonly ended?: number | undefined
  /** What processes that it started have used: CPU time, and the most memory that one of them was seen to hold, in bytes. */
  readonly cpuMs?: number | undefined
  readonly peakMemory?: number | undefined
  /** Whether it was stopped on its way, since it was good for nothing any more: its fitness is the last that it reported. */
  readonly isStopped?: boolean | undefined
  /** What it has left for others to go on from, if it has. */
  readonly checkpoint?: LeftDigest | undefined
  /** A number for each constraint, which is kept where that is not above 0. */
  readonly constraints?: readonly number[] | undefined
  /** The fitness of each time that an individual was simulated, and the standard error of their mean, if it is simulated several times. */
  readonly samples?: readonly (readonly number[])[] | undefined
  readonly standardError?: readonly number[] | undefined
}

/** What stands in a checkpoint: a digest of its files, and how much they are. */
export interface LeftDigest {
  readonly hash: string
  readonly bytes: number
}

/** The checkpoint of an individual that is evaluated. */
export interface LeftCheckpoint {
  /** The path from the run directory on. */
  readonly path: string
  /** Null where the record lost it. */
  readonly hash: string | null
}

export type Verdict =
  /** The attempt decided the evaluation. */
  | 'accepted'
  /** The attempt failed, and the individual was tried again. */
  | 'retried'
  /** The attempt's worker died while it held several individuals: nobody is to blame, and the individual was tried again. */
  | 'lost'
  /** The attempt came when its evaluation was decided already. */
  | 'late'
  /** The attempt came late, and says something else than what was accepted; the record finds that out. */
  | 'late-differs'

/** How far the runner has read what a worker wrote. */
export interface ChannelPosition {
  readonly worker: number
  readonly segment: number
  readonly offset: number
}

export interface ReportRecord {
  readonly individual: IndividualId
  readonly attempt: number
  readonly step: number
  readonly value: number
}

/** A report by its number in the record, which is the order in which reports came. */
export interface NumberedReport extends ReportRecord {
  readonly number: number
}

/** Stands for the other run where an individual of this very run was met again. */
export const thisRun = '.'

/** An individual that was not simulated, since another run had done so, or this one. */
export interface ReuseRecord {
  readonly individual: IndividualId
  /** The directory of the other run, or `thisRun`. */
  readonly run: string
  readonly from: IndividualId
}

/** A worker is gone and its pipe has been read to the end. */
export interface WorkerEnd {
  readonly worker: number
  readonly why: string
}

/**
 * What is stored in one transaction: results with the stand-ins that answer failed ones, how far the pipes that brought them
 * were read, and the ends of workers of which there is nothing more to be read.
 */
export interface Commit {
  readonly attempts: readonly AttemptRecord[]
  /** Who takes the places of those that fail for good in this batch. */
  readonly standIns?: readonly StandIn[] | undefined
  readonly reused?: readonly ReuseRecord[] | undefined
  readonly reports: readonly ReportRecord[]
  readonly positions: readonly ChannelPosition[]
  readonly ends?: readonly WorkerEnd[] | undefined
}

export interface WorkerRecord {
  readonly worker: number
  readonly epoch: number
  readonly launcher: string
  readonly host: string
  /** Boot and pid namespace in which the pid counts; empty until the worker has said hello. */
  readonly space: string
  readonly pid: number
  readonly started: string
  /** JSON: where it runs, as it says itself (Slurm job and step, CPU). */
  readonly provenance: string
  readonly segment: number
  readonly offset: number
}

/** What a run has used up, over all starts of its runner. */
export interface Usage {
  /** Worker processes launched; with `srun`, each is one job step. */
  readonly steps: number
  /** System calls for pipe files and hearts, of the runner and of its workers. */
  readonly fileOperations: number
  /** Seconds times the nodes that were held: those of a Slurm allocation, or this machine. */
  readonly nodeSeconds: number
  /** Seconds times the workers that lived, and those of them in which something was simulated. */
  readonly workerSeconds: number
  readonly busySeconds: number
}

/** What the runner keeps of its work; each method is one transaction. */
export interface RunRecord {
  readonly epoch: number
  usage(): Usage
  /** What has been used since this start of the runner; its steps are known from its workers. */
  recordUsage(usage: Omit<Usage, 'steps'>): void
  commit(commit: Commit): void
  /** A new worker's number, never used before in this run. */
  addWorker(launcher: string): number
  writeWorker(
    worker: Pick<WorkerRecord, 'worker' | 'host' | 'space' | 'pid' | 'started'> & {
      /** Where the worker runs: Slurm job and step, CPU. */
      readonly provenance?: Readonly<Record<string, string>>
    },
  ): void
  /** Workers of earlier runner starts that have not been seen to end. */
  openWorkers(): WorkerRecord[]
  /** What an individual has left for others to go on from; undefined if nothing, or nothing any more. */
  checkpointLeftBy(individual: IndividualId): LeftCheckpoint | undefined
  /** What has been tried of the individuals of a generation that are not evaluated yet. */
  triedBefore(generation: number): readonly TriedBefore[]
  /** Whether individuals of a generation have printed something that has not been packed yet. */
  hasPrinted(generation: number): boolean
  /** Where in workers' output files stands what attempts of a generation printed, attempt after attempt; the record may be written meanwhile. */
  printedIn(generation: number): Iterable<AttemptRecord>
  /** Whether a worker's output files hold what individuals of later generations have printed. */
  hasPrintedAfter(generation: number, worker: number): boolean
  markPacked(generation: number): void
}

/** The attempts at an individual that is not evaluated yet. */
export interface TriedBefore extends IndividualId {
  /** The newest attempt's number. */
  readonly attempts: number
  /** How many counted against it because its simulation failed, and how many because its worker died. */
  readonly failures: number
  readonly deaths: number
  /** Why its simulation failed last; null if it did not fail. */
  readonly lastFailure: FailureCause | null
}

/** How a worker's end shows in a cause. */
export const deathKinds: readonly FailureKind[] = ['worker-lost', 'channel-damaged']

/** What the kernel kills for lack of memory may be the worker, or its command alone: both are a death. */
export const deathDetail: FailureDetail = 'out-of-memory'

/** A worker that dies is as often the machine's fault as the individual's, so deaths are counted by themselves. */
export function isDeath({ kind, detail }: FailureCause): boolean {
  return deathKinds.includes(kind) || detail === deathDetail
}
