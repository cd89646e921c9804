import type { Asked } from './ask.ts'

/** What stands in the place of an answer that has not come, or why there is none. */
export function Waiting({ asked }: { readonly asked: Asked<unknown> }) {
  if (asked.state === 'refused') {
    return (
      <main id="content" tabIndex={-1}>
        <p class="problem" role="alert">
          {asked.problem}
        </p>
      </main>
    )
  }
  return (
    <main id="content" tabIndex={-1} aria-busy="true">
      <p class="muted">Looking it up …</p>
    </main>
  )
}
