import { useState } from 'preact/hooks'

/** A line for a shell, and a button that takes it. */
export function CommandLine({ command }: { readonly command: string }) {
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(command)
    setIsCopied(true)
  }
  return (
    <p class="command">
      <code>{command}</code>
      <button type="button" onClick={copy} aria-label={`Copy ${command}`}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </p>
  )
}
