import type { z } from 'zod'
import { type Abilities, type Order, orders, takesOrder } from '../core/abilities.ts'
import { describeSettings } from '../core/settings.ts'

/** Something that experiment files can name, with its settings. */
export interface Listed {
  readonly type: string
  readonly summary?: string | undefined
  readonly settings: z.ZodType
  /** The version of an optimizer; a simulation has none. */
  readonly version?: number
  readonly abilities?: Abilities
}

/** Prints what there is: for people as blocks of aligned lines, for programs as one JSON document. */
export function printList(
  listed: readonly Listed[],
  { json, announcement }: { readonly json: boolean; readonly announcement?: string | undefined },
): void {
  const rows = listed.map((one) => ({ ...rowOf(one), ...(announcement !== undefined && { announcement }) }))
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : rows.map(describeListed).join('\n'))
}

type Row = Omit<Listed, 'settings'> & {
  readonly settings: ReturnType<typeof describeSettings>
  readonly orders?: readonly Order[]
  /** What it says of the search that is asked about. */
  readonly announcement?: string
}

function rowOf({ type, summary, version, abilities, settings }: Listed): Row {
  return {
    type,
    ...(summary !== undefined && { summary }),
    ...(version !== undefined && { version }),
    ...(abilities && { abilities, orders: orders.filter((order) => takesOrder(abilities, order)) }),
    settings: describeSettings(settings),
  }
}

function describeListed(row: Row): string {
  const { type, summary, settings, announcement } = row
  const lines = settings.map(({ name, type: kind, default: standard, meaning }) => [
    name,
    standard === undefined ? '' : typeof standard === 'string' ? standard : JSON.stringify(standard),
    `${meaning}${meaning ? ' ' : ''}(${kind})`,
  ])
  const widths = [0, 1].map((column) => Math.min(30, Math.max(0, ...lines.map((line) => line[column]!.length))))
  const body = lines.map(([name, standard, meaning]) =>
    `  ${name!.padEnd(widths[0]!)}  ${standard!.padEnd(widths[1]!)}  ${meaning}`.trimEnd(),
  )
  const said = announcement === undefined ? [] : [`  ${announcement}`]
  return `${[summary === undefined ? type : `${type}: ${summary}`, ...said, ...describeAbilities(row), ...body].join('\n')}\n`
}

function describeAbilities({ version, abilities, orders = [] }: Row): string[] {
  if (!abilities) return []
  const { axes, mostAxes, conditions = false, objectives, searches } = abilities
  const wanted = { one: 'one objective', weighted: 'a weighted sum of objectives', many: 'many objectives' }[objectives]
  const plays = searches ? '' : '; looks for no best'
  return [
    `  version ${version}: ${axes.join(', ')}${mostAxes === undefined ? '' : ` (${mostAxes} at most)`}${conditions ? ', conditions' : ''}; ${wanted}; in the order ${orders.join(', ')}${plays}`,
  ]
}
