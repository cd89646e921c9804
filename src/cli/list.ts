import type { z } from 'zod'
import { describeSettings } from '../core/settings.ts'

/** Something built in that experiment files can name, with its settings. */
export interface Listed {
  readonly type: string
  readonly summary: string
  readonly settings: z.ZodType
}

/** Prints what is built in: for people as blocks of aligned lines, for programs as one JSON document. */
export function printList(listed: readonly Listed[], { json }: { readonly json: boolean }): void {
  const rows = listed.map(({ type, summary, settings }) => ({ type, summary, settings: describeSettings(settings) }))
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : rows.map(describe).join('\n'))
}

type Row = Omit<Listed, 'settings'> & { readonly settings: ReturnType<typeof describeSettings> }

function describe({ type, summary, settings }: Row): string {
  const lines = settings.map(({ name, type: kind, default: standard, meaning }) => [
    name,
    standard === undefined ? '' : typeof standard === 'string' ? standard : JSON.stringify(standard),
    `${meaning}${meaning ? ' ' : ''}(${kind})`,
  ])
  const widths = [0, 1].map((column) => Math.min(30, Math.max(0, ...lines.map((line) => line[column]!.length))))
  const body = lines.map(([name, standard, meaning]) =>
    `  ${name!.padEnd(widths[0]!)}  ${standard!.padEnd(widths[1]!)}  ${meaning}`.trimEnd(),
  )
  return `${[`${type}: ${summary}`, ...body].join('\n')}\n`
}
