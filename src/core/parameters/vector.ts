import { refuseSurplus } from '../options.ts'
import { show } from '../text.ts'
import { checkParameter, type Parameter } from './parameter.ts'

/** `length` values of the same kind. */
export function vector<T>(of: Parameter<T>, length: number, ...surplus: readonly never[]): Parameter<T[]> {
  refuseSurplus('vector', 2, surplus, '')
  checkElement('vector(of, length)', of)
  checkCount('vector(of, length)', 'length', length)
  const width = of.axes.length
  return {
    axes: Array.from({ length }, () => of.axes).flat(),
    decode(point, at) {
      const values: T[] = []
      for (let i = 0; i < length; i++) values.push(of.decode(point, at + i * width))
      return values
    },
    encode(value, point, at) {
      for (let i = 0; i < length; i++) of.encode(value[i]!, point, at + i * width)
    },
    refuse(value) {
      if (!Array.isArray(value)) return `needs a list of ${length} values, got ${show(value)}`
      if (value.length !== length) return `needs ${length} values, got ${show(value)}`
      return firstRefusal(value, of)
    },
    ...(of.meaning && { meaning: (values) => values.map((value) => of.meaning!(value)) }),
    definition: { type: 'vector', of: of.definition, length },
  }
}

/** `rows` lists of `columns` values of the same kind. */
export function matrix<T>(
  of: Parameter<T>,
  rows: number,
  columns: number,
  ...surplus: readonly never[]
): Parameter<T[][]> {
  refuseSurplus('matrix', 3, surplus, '')
  checkElement('matrix(of, rows, columns)', of)
  checkCount('matrix(of, rows, columns)', 'rows', rows)
  checkCount('matrix(of, rows, columns)', 'columns', columns)
  const { definition: _, ...nested } = vector(vector(of, columns), rows)
  return { ...nested, definition: { type: 'matrix', of: of.definition, rows, columns } }
}

/** @throws RangeError at what is no parameter, or has a condition of its own */
function checkElement(call: string, of: Parameter): void {
  checkParameter(call, of)
  if (of.definition.when === undefined) return
  throw new RangeError(
    `${call} needs elements without a condition, got ${show(of.definition.when)}; give it to the whole`,
  )
}

function checkCount(call: string, name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`${call} needs a whole ${name} of at least 1, got ${show(count)}`)
  }
}

function firstRefusal(values: readonly unknown[], of: Parameter): string | undefined {
  for (const [i, value] of values.entries()) {
    const refusal = of.refuse(value)
    if (refusal !== undefined) return `element ${i} ${refusal}`
  }
  return undefined
}
