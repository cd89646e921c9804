import type { ComponentChildren } from 'preact'

/** One sign of a legend and what it stands for, which no line break parts. */
export function Sign({ of, children }: { readonly of: string; readonly children: ComponentChildren }) {
  return (
    <span>
      <span class={`key ${of}`} /> {children}
    </span>
  )
}
