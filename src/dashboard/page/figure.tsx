import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { pointAt } from './pointing.ts'

interface FigureProps {
  readonly title: string
  /** What the picture says, for everybody and for those who do not see it. */
  readonly summary: string
  readonly table: TableData
  readonly tools?: ComponentChildren
  readonly keys?: PictureKeys
  readonly children: ComponentChildren
}

/** What keys do to a picture that has the focus. */
export interface PictureKeys {
  /** Says whether the key did something. */
  readonly onKey: (key: string) => boolean
  /** Which keys there are, and which part of the picture is seen. */
  readonly help: string
  readonly seen: string
}

export interface TableData {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A picture with its title, what it says in words, and its numbers as a table for whoever wants them. */
export function Figure({ title, summary, table, tools, keys, children }: FigureProps) {
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
        <Picture label={`${title}. ${summary}`} keys={keys}>
          {children}
        </Picture>
      )}
      <figcaption>{summary}</figcaption>
    </figure>
  )
}

interface PictureProps {
  readonly label: string
  readonly keys: PictureKeys | undefined
  readonly children: ComponentChildren
}

/** What is new of a run waits while somebody points at a picture of it. */
function Picture({ label, keys, children }: PictureProps) {
  const leave = useRef(() => {})
  useEffect(() => () => leave.current(), [])
  const pointing = {
    onPointerEnter() {
      leave.current()
      leave.current = pointAt()
    },
    onPointerLeave: () => leave.current(),
  }
  const help = useId()
  if (!keys) {
    return (
      <div role="img" aria-label={label} {...pointing}>
        {children}
      </div>
    )
  }
  return (
    <>
      <div
        role="application"
        aria-roledescription="picture"
        aria-label={label}
        aria-describedby={help}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys are of use to whoever can reach it
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || !keys.onKey(event.key)) return
          event.preventDefault()
        }}
        {...pointing}
      >
        {children}
      </div>
      <p id={help} class="unseen">
        {keys.help}
      </p>
      <p class="unseen" role="status">
        {keys.seen}
      </p>
    </>
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
