const signs: Readonly<Record<string, string>> = { running: '▶', finished: '✓', stopped: '■', failed: '✕' }

/** The state of a run: a sign and a word, since colours alone say nothing to many. */
export function Status({ status }: { readonly status: string }) {
  return (
    <span class={`status ${status}`}>
      <span aria-hidden="true">{signs[status] ?? ''}</span> {status}
    </span>
  )
}
