import { z } from 'zod'
import { commonSettings, Optimizer, type Problem, type Proposal, type Random } from '../../src/index.ts'

const settings = z.strictObject({ ...commonSettings, sizes: z.array(z.int()) })

/** Random points in generations of given sizes: the least that an optimizer can cost. */
export class Schedule<P> extends Optimizer<{ readonly generation: number }, P, z.output<typeof settings>> {
  #random: Random | undefined

  constructor(problem: Problem<P>, sizes: readonly number[]) {
    super(problem, settings.parse({ sizes, generations: sizes.length }))
  }

  override get type(): string {
    return 'schedule'
  }

  override start(random: Random) {
    this.#random = random
    return { generation: 0 }
  }

  override ask(state: { readonly generation: number }): Proposal<P>[] {
    const random = this.#random!
    return Array.from({ length: this.settings.sizes[state.generation] ?? 0 }, () => ({
      parameters: this.space.decode(this.space.samplePoint(random)),
    }))
  }

  override tell(state: { readonly generation: number }, _: unknown, random: Random) {
    this.#random = random
    return { generation: state.generation + 1 }
  }
}
