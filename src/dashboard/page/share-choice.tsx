import type { ShareAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { Choice } from './choice.tsx'
import { askView } from './route.ts'

/**
 * The choice of how much of a budget the individuals that are drawn have, since only those with as much are comparable;
 * nothing where there is none.
 */
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
