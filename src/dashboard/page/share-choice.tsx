import type { ShareAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { Choice } from './choice.tsx'
import { askView } from './route.ts'

/** With how much of a budget individuals are drawn, which are held against each other only if they have as much; nothing where there is none. */
export function ShareChoice({ share }: { readonly share: ShareAnswer | null }) {
  if (share === null) return null
  return (
    <>
      <Choice
        label={share.name}
        value={String(share.chosen)}
        options={share.others.map(([budget, done]) => [String(budget), `${budget}: ${plural(done, 'evaluation')}`])}
        onChange={(budget) => askView({ budget })}
      />
      <span class="muted">{share.sentence}</span>
    </>
  )
}
