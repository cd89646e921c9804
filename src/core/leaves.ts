import type { ParameterDefinition } from './space.ts'

/** The definition of each axis of a parameter, in the order of its axes: never a vector or matrix. */
export function leavesOf(definition: ParameterDefinition): readonly ParameterDefinition[] {
  return Array.from({ length: countOf(definition) }, () => innermost(definition))
}

/** The value of a parameter from the values of its axes, in their order. */
export function valueFromLeaves(definition: ParameterDefinition, leaves: readonly unknown[]): unknown {
  switch (definition.type) {
    case 'vector':
      return split(leaves, definition.length).map((part) => valueFromLeaves(definition.of, part))
    case 'matrix': {
      const row = { type: 'vector', of: definition.of, length: definition.columns } as const
      return split(leaves, definition.rows).map((part) => valueFromLeaves(row, part))
    }
    default:
      return leaves[0]
  }
}

/** The values of a parameter's axes. */
export function leavesOfValue(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flatMap(leavesOfValue) : [value]
}

function countOf(definition: ParameterDefinition): number {
  switch (definition.type) {
    case 'vector':
      return countOf(definition.of) * definition.length
    case 'matrix':
      return countOf(definition.of) * definition.rows * definition.columns
    default:
      return 1
  }
}

function innermost(definition: ParameterDefinition): ParameterDefinition {
  return definition.type === 'vector' || definition.type === 'matrix' ? innermost(definition.of) : definition
}

function split(leaves: readonly unknown[], parts: number): (readonly unknown[])[] {
  const size = leaves.length / parts
  return Array.from({ length: parts }, (_, part) => leaves.slice(part * size, (part + 1) * size))
}
