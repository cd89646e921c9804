import { Choice } from './choice.tsx'
import { askView, route } from './route.ts'

/** How the axis of values is divided; `forgets` is what is asked no more once it is divided otherwise. */
export function ScaleChoice({ forgets = {} }: { readonly forgets?: Readonly<Record<string, undefined>> }) {
  return (
    <Choice
      label="Scale"
      value={route.value.words.get('scale') ?? 'auto'}
      options={[
        ['auto', 'automatic'],
        ['linear', 'linear'],
        ['log', 'logarithmic'],
      ]}
      onChange={(scale) => askView({ ...forgets, scale })}
    />
  )
}
