import { z } from 'zod'
import { type Asked, commonSettings, Optimizer, type Problem, type Random } from '../../src/index.ts'

const settings = z.strictObject({ ...commonSettings, sizes: z.array(z.int()) })

type State = { readonly generation: number }

/** Random points in generations of given sizes: the least that an optimizer can cost. */
export class Schedule<P> extends Optimizer<State, P, z.output<typeof settings>> {
  static readonly type = 'schedule'

  constructor(problem: Problem<P>, sizes: readonly number[]) {
    super(problem, settings.parse({ sizes, generations: sizes.length }))
  }

  override start(): State {
    return { generation: 0 }
  }

  override ask({ generation }: State, _room: number, random: Random): Asked<State, P> {
    const proposals = Array.from({ length: this.settings.sizes[generation] ?? 0 }, () => ({
      parameters: this.space.decode(this.space.samplePoint(random)),
    }))
    return { state: { generation: generation + 1 }, proposals }
  }

  override tell(state: State): State {
    return state
  }
}
