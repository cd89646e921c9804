import { checkOptions, refuseSurplus, trueOrFalse } from '../../core/options.ts'
import { show } from '../../core/text.ts'
import { describeGrid } from './describe-grid.ts'
import {
  checkBeside,
  checkedKey,
  type GridDefinition,
  type GridKey,
  gridSize,
  type Variant,
  valueIn,
  valuesAt,
  variantOf,
} from './grid-definition.ts'
import { type GridOutcome, type GridRunOptions, gridRunOptions } from './grid-outcome.ts'
import type { ThunkReference } from './module-function.ts'
import { defaultShorthand, nameOfVariant } from './variant-name.ts'

/**
 * Experiments over all combinations of the values of some parameters. Each is run in a process of its own, several at a
 * time; a grid that was stopped goes on where it was.
 *
 * @example
 * const grid = new ExperimentGrid('ppo')
 * grid.add('learningRate', [0.1, 0.01])
 * grid.add('acKwargs:hidden', [[32], [64, 64]], 'hid')
 * grid.add('seed', [0, 10, 20])
 * await grid.run(new URL('./train.ts', import.meta.url), { dataDir: 'data' })
 */
export class ExperimentGrid {
  #name: string
  readonly #keys: GridKey[] = []
  readonly #defaultShorthand: boolean

  /** @param options whether keys without a shorthand get one of the first three characters of each of their parts */
  constructor(name = '', options: { readonly defaultShorthand?: boolean } = {}) {
    checkOptions('ExperimentGrid', options, { defaultShorthand: trueOrFalse })
    const { defaultShorthand = true } = options
    checkName(name)
    this.#name = name
    this.#defaultShorthand = defaultShorthand
  }

  /** Names the grid. */
  name(name: string): this {
    checkName(name)
    this.#name = name
    return this
  }

  /**
   * A parameter and its values; what is no list is the only value.
   *
   * @param key `a:b:c` is the place c of the place b of the parameter a
   * @param shorthand what stands for the key in the variants' names; an empty one leaves it out
   * @param inName whether it stands there although it has one value only
   * @throws RangeError if there is no value, or if the key or its shorthand is there already
   */
  add(key: string, values: unknown, shorthand?: string, inName = false, ...surplus: readonly never[]): this {
    refuseSurplus('ExperimentGrid.add', 4, surplus, '')
    const made = this.#defaultShorthand ? defaultShorthand(String(key)) || undefined : undefined
    const added = checkedKey(key, values, shorthand ?? made, inName)
    checkBeside(this.#keys, added)
    this.#keys.push(added)
    return this
  }

  /** The grid as plain data. */
  get definition(): GridDefinition {
    return { name: this.#name, keys: [...this.#keys] }
  }

  /** All combinations; the values of the first key change slowest. */
  variants(): Variant[] {
    const { definition } = this
    if (this.#keys.length === 0) return []
    return Array.from({ length: gridSize(definition) }, (_, index) =>
      variantOf(definition, valuesAt(definition, index)),
    )
  }

  /** The name of a variant: what makes it another than the others, but for its seed. */
  variantName(variant: Variant): string {
    const values = this.#keys.map(({ key }) => valueIn(variant, key))
    return nameOfVariant(this.definition, values)
  }

  /** Shows the parameters with their values, and the number of variants. */
  print(print: (text: string) => void = (text) => void process.stdout.write(text)): void {
    print(describeGrid(this.definition))
  }

  /**
   * Runs all variants that have not been run yet.
   *
   * @param thunk a module whose default export is called with each variant, or the name of a key whose values are such
   * @throws ConfigurationError if two variants would write to the same place, or there is no such module
   */
  async run(thunk: ThunkReference, options: GridRunOptions = {}): Promise<GridOutcome> {
    checkOptions('ExperimentGrid.run', options, gridRunOptions, {
      replications: "several seeds, as in add('seed', [0, 1, 2])",
    })
    const { runGrid } = await import('./run-grid.ts')
    return runGrid(this.definition, thunk, options)
  }
}

function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new TypeError(`ExperimentGrid needs a text for its name, got ${show(name)}`)
}
