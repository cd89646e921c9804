import { Design } from '../../optimizers/designs/index.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../src/core/objectives.ts'
import type { PlainData } from '../../src/core/plain-data.ts'
import type { AttemptRecord } from '../../src/core/record.ts'
import type { Space } from '../../src/core/space.ts'
import { Trajectory } from '../../src/core/trajectory.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { temporaryDirectory } from '../temporary.ts'

type Given<P> = ConstructorParameters<typeof Design<P>>[1]

export interface Played<P> {
  readonly space: Space<P>
  readonly settings: Given<P>
  readonly objectives?: ObjectiveMap
  /** Fitness, then outputs; nothing is a failure. */
  simulate(individual: Individual<P>): readonly [number[], Record<string, unknown>?] | undefined
  /** So many individuals of the newest generation are not simulated any more. */
  readonly pending?: number
}

/** The run directory of a design, recorded as an experiment records it, and simulated here. */
export function playDesign<P>({ space, settings, objectives, simulate, pending = 0 }: Played<P>): string {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  const wanted = new Objectives(objectives ?? { y: 'minimize' })
  const optimizer = new Design<P>({ space, objectives: wanted }, settings)
  record.writeProblem(space.names, wanted)
  const configuration = JSON.parse(JSON.stringify({ parameters: space.definitions })) as PlainData
  record.writeManifest({ optimizer: optimizer.type, configuration })
  const trajectory = new Trajectory<P>()
  trajectory.fAddParameterGroup('optimizer')
  for (const [key, value] of Object.entries(optimizer.settings)) {
    if (value !== undefined) trajectory.fAddParameterToGroup('optimizer', key, value)
  }
  record.saveGroups(trajectory as unknown as Trajectory)
  for (let evaluations: Evaluation<P>[] = []; ; ) {
    const before = trajectory.generation
    optimizer.postProcess(trajectory, evaluations)
    if (trajectory.generation === before) break
    const individuals = trajectory.individuals()
    record.addGeneration(
      trajectory.generation,
      individuals.map((individual) => ({ individual: individual as never, after: 0 })),
    )
    const cause = { kind: 'threw', message: 'It threw.' } as const
    const attempts = individuals.slice(0, individuals.length - pending).map((individual): AttemptRecord => {
      const [fitness, outputs] = simulate(individual) ?? []
      const result = fitness ? { fitness, outputs } : { cause }
      return { individual, epoch: 1, attempt: 1, worker: 1, verdict: 'accepted', ...result }
    })
    record.commit({ attempts, reports: [], positions: [] })
    evaluations = individuals.map((individual) => ({ individual, outcome: 'failed', cause }))
  }
  record.close()
  return directory
}
