import { isReport } from './ask.ts'

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly onChange: (value: string) => void
  /** Whether a report holds the answers to all options. */
  readonly isKept?: boolean
}

export function Choice({ label, value, options, onChange, isKept = false }: ChoiceProps) {
  if (isReport && !isKept) return null
  return (
    <label class="choice">
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
