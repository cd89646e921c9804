import type { HealthAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { version } from './live.ts'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'

const signs = { good: '✓', note: 'i', warning: '!' } as const
const words = { good: 'good', note: 'worth knowing', warning: 'look at this' } as const

export function HealthView({ run }: ViewProps) {
  const asked = useAnswer<HealthAnswer>(`/api/runs/${run}/health`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  return (
    <ul class="notes">
      {asked.answer.notes.map(({ kind, sentence }) => (
        <li key={sentence} class={kind}>
          <span class="sign" role="img" aria-label={words[kind]}>
            {signs[kind]}
          </span>
          {sentence}
        </li>
      ))}
    </ul>
  )
}
