import { configText, convertJson } from './convert-json.ts'
import { type GridDefinition, gridSize } from './grid-definition.ts'

/** The grid for people: its keys with their shorthands and values, and how many variants there are. */
export function describeGrid(definition: GridDefinition): string {
  const { name, keys } = definition
  const rule = '='.repeat(80)
  const size = gridSize(definition)
  const seeds = keys.find(({ key }) => key === 'seed')?.values.length ?? 1
  return [
    rule,
    `ExperimentGrid [${name}] runs over parameters:`,
    '',
    ...keys.flatMap(({ key, shorthand, values }) => [
      ` ${key.padEnd(40)} ${shorthand ? `[${shorthand}]` : ''}`.trimEnd(),
      '',
      ...values.map((value) => `\t${lineOf(value)}`),
      '',
    ]),
    `${' Variants, counting seeds: '.padEnd(40)} ${size}`,
    `${' Variants, not counting seeds: '.padEnd(40)} ${size / seeds}`,
    '',
    rule,
    '',
  ].join('\n')
}

/** The names of the variants, each once, in order. */
export function describeNames(names: readonly string[]): string {
  const rule = '='.repeat(80)
  const sorted = [...new Set(names)].sort()
  return ['Preparing to run the following experiments...', '', ...sorted, '', rule, ''].join('\n')
}

function lineOf(value: unknown): string {
  const text = configText(convertJson(value)).replace(/\s*\n\s*/g, ' ')
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}
