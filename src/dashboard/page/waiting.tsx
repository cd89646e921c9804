import { type Asked, isReport } from './ask.ts'

interface WaitingProps {
  readonly asked: Asked<unknown>
  /** Whether it stands in a page that is there already. */
  readonly isPart?: boolean
}

/** What stands in the place of an answer that has not come, or why there is none. */
export function Waiting({ asked, isPart = false }: WaitingProps) {
  const content =
    asked.state === 'refused' ? (
      <p class="problem" role="alert">
        {asked.problem}
      </p>
    ) : (
      <p class="muted waiting">Looking it up …</p>
    )
  return isPart || isReport ? (
    content
  ) : (
    <main id="content" tabIndex={-1} aria-busy={asked.state === 'waiting'}>
      {content}
    </main>
  )
}
