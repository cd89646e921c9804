import type { PlainData } from '../../core/plain-data.ts'
import { coordinateOf, levelOf, type Parameter, type ParameterDefinition, Space } from '../../core/space.ts'
import { show } from '../../core/text.ts'
import type { GridDefinition } from './grid-definition.ts'

/** The parameters of a grid as a space: a key is one of its values, whatever they are. */
export function variantSpace({ keys }: GridDefinition): Space {
  return new Space<Record<string, unknown>>(keys.map(({ key, values }) => [key, oneOf(values)] as const))
}

function oneOf(values: readonly PlainData[]): Parameter {
  const texts = values.map((value) => JSON.stringify(value))
  const places = new Map(texts.map((text, i) => [text, i]))
  const levels = values.length
  return {
    axes: [{ kind: 'choice', levels }],
    decode: (point, at) => values[levelOf(point[at]!, levels)],
    encode(value, point, at) {
      point[at] = coordinateOf(places.get(JSON.stringify(value)) ?? 0, levels)
    },
    refuse: (value) =>
      places.has(JSON.stringify(value)) ? undefined : `needs a value of the grid, got ${show(value)}`,
    definition: definitionOf(values),
  }
}

/** What is no value of a choice by itself is one by its JSON text. */
function definitionOf(values: readonly PlainData[]): ParameterDefinition {
  const simple = values.map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value))
  return { type: 'choice', values: simple }
}
