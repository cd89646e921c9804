import { nameOf } from '../core/individual.ts'
import { MeasuredFront } from '../core/measured-front.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Replications } from '../core/replications.ts'
import { type FrontPoint, mostVolumeObjectives, pointsOf, storedFront, worstOf } from './front-points.ts'
import type { RecordFile } from './record-file.ts'

/**
 * Keeps the front of a search for one, and its hypervolume, generation by generation: they follow from what was evaluated in
 * a generation and all before it, in whatever order that came.
 */
export class FrontWriter {
  readonly #file: RecordFile
  readonly #objectives: Objectives
  readonly #replications: Replications | undefined
  readonly #front: MeasuredFront<FrontPoint>
  /** The names of the members that are stored. */
  #stored: Set<string>
  /** The first generation that is not whole, or may become larger. */
  #next: number
  #reference: readonly number[] | null
  #isTooLarge = false

  constructor(
    file: RecordFile,
    objectives: Objectives,
    replications: Replications | undefined,
    reference: readonly number[] | null,
  ) {
    this.#file = file
    this.#objectives = objectives
    this.#replications = replications
    this.#reference = reference
    const { members, generations } = storedFront(file)
    this.#front = new MeasuredFront(objectives, members)
    this.#stored = new Set(members.map(nameOf))
    this.#next = Math.max(0, generations - 1)
  }

  /** How many individuals the front has. */
  get size(): number {
    return this.#front.members.length
  }

  /** Takes in, in the transaction that is open, the generations of which all is known by now. */
  write(): void {
    while (!this.#isTooLarge) {
      const state = this.#file.get<{ isWhole: number; isNewest: number; front: number | null }>(
        `select done + failed + stopped >= individuals as isWhole, front,
                not exists (select 1 from generations n where n.generation > g.generation) as isNewest
         from generations g where generation = ?`,
        this.#next,
      )
      if (!state?.isWhole) return
      if (state.front === null) this.#take(this.#next)
      if (state.isNewest) return // a block of a steady search may become larger
      this.#next++
    }
  }

  #take(generation: number): void {
    const points = [...pointsOf(this.#file, this.#objectives, this.#replications, generation)]
    for (const point of points) if (!this.#stored.has(nameOf(point))) this.#front.add(point)
    const { members } = this.#front
    this.#isTooLarge = members.length > mostMembers && this.#objectives.names.length > 2
    if (this.#isTooLarge) return
    this.#store(members)
    this.#file.run(
      `insert into generation_notes (generation, front, hypervolume) values (?, ?, ?)
       on conflict do update set front = excluded.front, hypervolume = excluded.hypervolume`,
      generation,
      members.length,
      this.#volume(points),
    )
  }

  #volume(points: readonly FrontPoint[]): number | null {
    this.#reference ??= this.#chooseReference(points)
    if (!this.#reference || this.#objectives.names.length > mostVolumeObjectives) return null
    return this.#front.volumeFrom(this.#reference)
  }

  /** Once and for all: volumes from different points cannot be compared. */
  #chooseReference(points: readonly FrontPoint[]): readonly number[] | null {
    const reference = worstOf(this.#objectives, points)
    if (reference === null) return null
    const named = Object.fromEntries(this.#objectives.names.map((name, i) => [name, reference[i]!]))
    this.#file.run(`insert or replace into manifest values ('reference', ?)`, JSON.stringify(named))
    return reference
  }

  #store(members: readonly FrontPoint[]): void {
    const names = new Set(members.map(nameOf))
    for (const name of this.#stored) {
      if (names.has(name)) continue
      const [generation, index] = name.split('.').map(Number)
      this.#file.run('delete from front where generation = ? and "index" = ?', generation, index)
    }
    for (const point of members) {
      if (this.#stored.has(nameOf(point))) continue
      const { generation, index, fitness, violation } = point
      this.#file.run(
        'insert into front values (?, ?, ?, ?)',
        generation,
        index,
        JSON.stringify(fitness),
        violation ?? null,
      )
    }
    this.#stored = names
  }
}

/**
 * The most members that a front of more than two objectives is kept with: a larger one is found when it is asked for,
 * since to keep it would cost more than to simulate.
 */
const mostMembers = 5000
