import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

interface FigureProps {
  readonly title: string
  /** What the picture says, for everybody and for those who do not see it. */
  readonly summary: string
  readonly table: TableData
  readonly tools?: ComponentChildren
  readonly children: ComponentChildren
}

export interface TableData {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A picture with its title, what it says in words, and its numbers as a table for whoever wants them. */
export function Figure({ title, summary, table, tools, children }: FigureProps) {
  const [isTable, setIsTable] = useState(false)
  return (
    <figure class="figure">
      <div class="figure-head">
        <h2>{title}</h2>
        <div class="tools">
          {tools}
          <button type="button" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
            Show as table
          </button>
        </div>
      </div>
      {isTable ? (
        <NumberTable {...table} label={title} />
      ) : (
        <div role="img" aria-label={`${title}. ${summary}`}>
          {children}
        </div>
      )}
      <figcaption>{summary}</figcaption>
    </figure>
  )
}

export function NumberTable({ head, rows, label }: TableData & { readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scroll" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('\t')}>
              {row.map((cell, i) => (
                <td key={head[i]} class={isNumeric(cell) ? 'number' : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function isNumeric(text: string): boolean {
  return /^[-−]?[\d,.]+(e[+-]?\d+)?( ?%)?$/.test(text)
}
