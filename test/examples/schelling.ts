import { DataCollector, integer, type Model, modelOptimizee, type Random, real, type Seeded } from 'twoloop'

interface Household {
  readonly uniqueId: number
  readonly type: 0 | 1
  /** Where on the grid it lives. */
  cell: number
}

export interface SchellingParameters {
  readonly width?: number
  readonly height?: number
  /** The share of cells that are lived in. */
  readonly density?: number
  /** The share of households of the second type. */
  readonly minority?: number
  /** The share of neighbours of its own type that a household wants at least. */
  readonly homophily?: number
}

/**
 * T. C. Schelling, Dynamic Models of Segregation (1971): households of two types on a torus move to a random empty cell
 * as long as too few of their neighbours are like them. Mild wishes of each make for strong segregation of all.
 */
export class Schelling implements Model {
  static readonly module = import.meta.url
  static readonly parameters = {
    width: integer(3, 1000),
    height: integer(3, 1000),
    density: real(0.01, 0.99),
    minority: real(0, 1),
    homophily: real(0, 1),
  }

  running = true
  steps = 0
  readonly agents: Household[] = []
  readonly dataCollector = new DataCollector<Schelling, Household>({
    modelReporters: { happy: 'happy', share: (model) => model.happy / model.agents.length, similarity: 'similarity' },
  })
  readonly #rng: Random
  readonly #width: number
  readonly #height: number
  readonly #homophily: number
  readonly #cells: (Household | undefined)[]

  constructor(parameters: SchellingParameters & Seeded) {
    const { width = 20, height = 20, density = 0.8, minority = 0.5, homophily = 0.4, rng } = parameters
    this.#rng = rng
    this.#width = width
    this.#height = height
    this.#homophily = homophily
    this.#cells = Array.from({ length: width * height }, (_, cell) => {
      if (!rng.chance(density)) return undefined
      const household: Household = { uniqueId: this.agents.length, type: rng.chance(minority) ? 1 : 0, cell }
      this.agents.push(household)
      return household
    })
    this.dataCollector.collect(this)
  }

  /** How many households have as many neighbours of their own type as they want. */
  get happy(): number {
    return this.agents.filter((household) => this.#isHappy(household)).length
  }

  /** The mean share of neighbours of a household that are of its own type. */
  get similarity(): number {
    const shares = this.agents.map((household) => this.#similarity(household)).filter((share) => share !== undefined)
    return shares.reduce((sum, share) => sum + share, 0) / shares.length
  }

  step(): void {
    for (const household of this.#rng.shuffle(this.agents)) if (!this.#isHappy(household)) this.#move(household)
    this.steps++
    this.dataCollector.collect(this)
    this.running = this.happy < this.agents.length
  }

  #move(household: Household): void {
    const empty = this.#cells.flatMap((occupant, cell) => (occupant ? [] : [cell]))
    if (empty.length === 0) return
    this.#cells[household.cell] = undefined
    household.cell = this.#rng.pick(empty)
    this.#cells[household.cell] = household
  }

  #isHappy(household: Household): boolean {
    const similarity = this.#similarity(household)
    return similarity === undefined || similarity >= this.#homophily
  }

  /** Undefined for a household without neighbours. */
  #similarity({ cell, type }: Household): number | undefined {
    const x = cell % this.#width
    const y = (cell - x) / this.#width
    let alike = 0
    let all = 0
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if (dx === 0 && dy === 0) continue
        const row = (y + dy + this.#height) % this.#height
        const neighbour = this.#cells[row * this.#width + ((x + dx + this.#width) % this.#width)]
        if (!neighbour) continue
        all++
        if (neighbour.type === type) alike++
      }
    }
    return all === 0 ? undefined : alike / all
  }
}

/** The same for `twoloop run schelling.yaml`, and for any optimizer. */
export default modelOptimizee(Schelling, { module: import.meta.url, maxSteps: 200 })
