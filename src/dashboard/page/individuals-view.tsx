import { useState } from 'preact/hooks'
import type { IndividualLine, IndividualsAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { isReport, useAnswer } from './ask.ts'
import { FilterForm } from './filter-form.tsx'
import { version } from './live.ts'
import { addressOf, askView, route } from './route.ts'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { duration, inWords, short } from './words.ts'

const pageSize = 50

export function IndividualsView({ run }: ViewProps) {
  const { words } = route.value
  const asked = useAnswer<IndividualsAnswer>(`/api/runs/${run}/individuals?${words}`, version.value)
  return (
    <>
      {!isReport && (
        <div class="tools">
          <FilterForm key={words.get('filter') ?? ''} />
          <Jump run={run} />
        </div>
      )}
      {asked.state === 'answered' ? <Rows {...asked.answer} run={run} /> : <Waiting asked={asked} isPart />}
    </>
  )
}

function Jump({ run }: ViewProps) {
  const [name, setName] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        location.hash = addressOf(run, 'individual', { name: name.trim() })
      }}
    >
      <label>
        Individual{' '}
        <input value={name} size={8} placeholder="12.7" onInput={({ currentTarget }) => setName(currentTarget.value)} />
      </label>{' '}
      <button type="submit">Show</button>
    </form>
  )
}

function Rows({
  run,
  total,
  offset,
  order,
  isDescending,
  objectives,
  parameters,
  left,
  hasBudget,
  rows,
}: IndividualsAnswer & ViewProps) {
  const last = Math.max(0, Math.floor((total - 1) / pageSize)) * pageSize
  const shares = hasBudget ? ['budget', 'continues'] : []
  const columns = ['individual', 'outcome', ...objectives, ...parameters, ...shares, 'milliseconds', 'worker']
  const turn = (to: number) => askView({ offset: to === 0 ? undefined : String(to) })
  return (
    <>
      <p class="tools">
        <span>
          {total === 0
            ? 'None.'
            : `${short(offset + 1)} to ${short(Math.min(total, offset + pageSize))} of ${plural(total, 'individual')}.`}
          {left > 0 && ` ${plural(left, 'further parameter')} without a column.`}
        </span>
        {!isReport && (
          <>
            <Turn text="First" isOff={offset === 0} onClick={() => turn(0)} />
            <Turn text="Previous" isOff={offset === 0} onClick={() => turn(Math.max(0, offset - pageSize))} />
            <Turn text="Next" isOff={offset >= last} onClick={() => turn(offset + pageSize)} />
            <Turn text="Last" isOff={offset >= last} onClick={() => turn(last)} />
          </>
        )}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" aria-label="Individuals" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columns.map((name) => (
                <th
                  key={name}
                  scope="col"
                  aria-sort={name === order ? (isDescending ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    class="order"
                    disabled={isReport}
                    onClick={() =>
                      askView({
                        order: name,
                        direction: name === order && !isDescending ? 'down' : 'up',
                        offset: undefined,
                      })
                    }
                  >
                    {name} {name === order ? (isDescending ? '↓' : '↑') : ''}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.name} row={row} run={run} objectives={objectives.length} hasBudget={hasBudget} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

function Turn({
  text,
  isOff,
  onClick,
}: {
  readonly text: string
  readonly isOff: boolean
  readonly onClick: () => void
}) {
  return (
    <button type="button" disabled={isOff} onClick={onClick}>
      {text}
    </button>
  )
}

function Row({
  row,
  run,
  objectives,
  hasBudget,
}: {
  readonly row: IndividualLine
  readonly run: number
  readonly objectives: number
  readonly hasBudget: boolean
}) {
  const { name, outcome, fitness, parameters, milliseconds, worker, cause, budget, continues } = row
  return (
    <tr>
      <th scope="row">
        <a href={addressOf(run, 'individual', { name })}>{name}</a>
      </th>
      <td>
        {outcome}
        {cause !== null && <span class="cause">{cause}</span>}
      </td>
      {Array.from({ length: objectives }, (_, i) => (
        <td key={`objective ${i}`} class="number">
          {fitness[i] === undefined ? '' : inWords(fitness[i])}
        </td>
      ))}
      {parameters.map((value, i) => (
        <td key={`parameter ${i}`} class={typeof value === 'number' ? 'number' : undefined}>
          {inWords(value)}
        </td>
      ))}
      {hasBudget && (
        <>
          <td class="number">{budget ?? ''}</td>
          <td>{continues !== null && <a href={addressOf(run, 'individual', { name: continues })}>{continues}</a>}</td>
        </>
      )}
      <td class="number">{milliseconds === null ? '' : duration(milliseconds / 1000)}</td>
      <td class="number">{worker ?? ''}</td>
    </tr>
  )
}
