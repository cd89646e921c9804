import { boolean, chosenByName, listed } from './choice.ts'
import { when } from './condition.ts'
import { integer, real } from './number.ts'
import type { IntegerOptions, Parameter, ParameterDefinition, RealOptions } from './parameter.ts'
import { matrix, vector } from './vector.ts'

/** The parameter that plain data describes; the data has been checked against the schema of experiment files. */
export function parameterFrom({ when: condition, ...definition }: ParameterDefinition): Parameter {
  const parameter = unconditional(definition)
  return condition === undefined ? parameter : when(condition, parameter)
}

function unconditional(definition: ParameterDefinition): Parameter {
  switch (definition.type) {
    case 'real':
      return real(definition.low, definition.high, {
        scale: definition.scale,
        step: definition.step,
        prior: definition.prior,
      } as RealOptions) // real refuses two of them
    case 'integer':
      return integer(definition.low, definition.high, {
        scale: definition.scale,
        step: definition.step,
      } as IntegerOptions)
    case 'choice':
      return definition.means ? chosenByName(definition.means) : listed('choice', definition.values)
    case 'ordinal':
      return listed('ordinal', definition.values)
    case 'boolean':
      return boolean()
    case 'vector':
      return vector(parameterFrom(definition.of), definition.length)
    case 'matrix':
      return matrix(parameterFrom(definition.of), definition.rows, definition.columns)
  }
}
