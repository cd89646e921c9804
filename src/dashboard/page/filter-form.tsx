import { useState } from 'preact/hooks'
import { askView, route } from './route.ts'

/** Conditions by which the view that is open keeps individuals. */
export function FilterForm() {
  const [filter, setFilter] = useState(route.value.words.get('filter') ?? '')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        askView({ filter: filter.trim() === '' ? undefined : filter, offset: undefined })
      }}
    >
      <label>
        Only where{' '}
        <input
          value={filter}
          size={36}
          placeholder={'cost < 0.5 and outcome = done'}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </label>{' '}
      <button type="submit">Filter</button>
    </form>
  )
}
