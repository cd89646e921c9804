import { Choice } from './choice.tsx'
import { askView, route } from './route.ts'

interface ObjectiveChoiceProps {
  readonly objectives: readonly string[]
  /** What is asked no more once another objective is. */
  readonly forgets?: Readonly<Record<string, undefined>>
}

/** Which objective the view that is open is about; nothing where there is one. */
export function ObjectiveChoice({ objectives, forgets = {} }: ObjectiveChoiceProps) {
  if (objectives.length < 2) return null
  return (
    <Choice
      label="Objective"
      value={route.value.words.get('objective') ?? '0'}
      options={objectives.map((name, i) => [String(i), name])}
      onChange={(objective) => askView({ ...forgets, objective })}
    />
  )
}
