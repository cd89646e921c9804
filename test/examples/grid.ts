import { EpochLogger, type LoggerKwargs, Random } from 'twoloop'

interface Settings {
  readonly seed: number
  readonly loggerKwargs: LoggerKwargs
  /** How often an arm is tried at random instead of the one that seems best. */
  readonly epsilon?: number
  readonly learning?: { readonly initialValue?: number; readonly stepSize?: number }
  readonly tasks?: number
  readonly epochs?: number
}

const arms = 10
const stepsPerEpoch = 100

/**
 * The ten-armed testbed (Sutton and Barto, Reinforcement Learning, 2018, section 2.3): how much exploration finds the best
 * of ten slot machines? As a grid:
 *
 *     twoloop grid test/examples/grid.ts --exp_name bandit --epsilon 0 0.01 0.1 --learning:initialValue[init] 0 5 --seed 0 10
 */
export default async function bandit({ seed, loggerKwargs, ...settings }: Settings): Promise<{ BestArm: number }> {
  const { epsilon = 0.1, learning = {}, tasks = 200, epochs = 10 } = settings
  const logger = new EpochLogger(loggerKwargs)
  logger.saveConfig({ seed, epsilon, learning, tasks, epochs })
  const players = Array.from({ length: tasks }, (_, task) => new Player(Random.of(seed, task), epsilon, learning))
  let share = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const player of players) {
      for (let step = 0; step < stepsPerEpoch; step++) {
        const { reward, isBest } = player.play()
        logger.store({ Reward: reward, BestArm: isBest ? 1 : 0 })
      }
    }
    share = (await logger.getStats('BestArm')).mean
    logger.logTabular('Epoch', epoch)
    logger.logTabular('Reward', { withMinAndMax: true })
    logger.logTabular('BestArm', { averageOnly: true })
    await logger.dumpTabular()
  }
  logger.saveState({ estimates: players.map(({ estimates }) => estimates) })
  return { BestArm: share }
}

class Player {
  readonly estimates: number[]
  readonly #random: Random
  readonly #epsilon: number
  readonly #stepSize: number | undefined
  readonly #values: readonly number[]
  readonly #counts = new Array<number>(arms).fill(0)

  constructor(random: Random, epsilon: number, { initialValue = 0, stepSize }: NonNullable<Settings['learning']>) {
    this.#random = random
    this.#epsilon = epsilon
    this.#stepSize = stepSize
    this.#values = Array.from({ length: arms }, () => random.normal())
    this.estimates = new Array<number>(arms).fill(initialValue)
  }

  play(): { readonly reward: number; readonly isBest: boolean } {
    const random = this.#random
    const arm = random.chance(this.#epsilon) ? random.integer(arms) : indexOfLargest(this.estimates)
    const reward = random.normal(this.#values[arm]!)
    this.#counts[arm]!++
    const estimate = this.estimates[arm]!
    this.estimates[arm] = estimate + (this.#stepSize ?? 1 / this.#counts[arm]!) * (reward - estimate) // Eq. (2.3)
    return { reward, isBest: arm === indexOfLargest(this.#values) }
  }
}

function indexOfLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}
