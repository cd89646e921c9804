import type { ComponentChildren } from 'preact'
import { useErrorBoundary } from 'preact/hooks'

/** A view that cannot be drawn says so in its place, and leaves the page as it is. */
export function Guarded({ children }: { readonly children: ComponentChildren }) {
  const [error] = useErrorBoundary()
  if (error === undefined) return <>{children}</>
  return (
    <p class="problem" role="alert">
      This cannot be drawn: {error instanceof Error ? error.message : String(error)}
    </p>
  )
}
