import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { generationsInWords } from '../../record/generations-in-words.ts'
import type { RunLine } from '../answers.ts'
import { plural } from '../words.ts'
import { addressOf } from './route.ts'
import { Status } from './status.tsx'
import { duration, short } from './words.ts'

/** No more runs are compared at once. */
const mostCompared = 60

/** The most objectives that have a place in a row. */
const mostObjectives = 3

/** All runs, each with its state, and a way to choose some that are compared. */
export function RunsTable({ runs }: { readonly runs: readonly RunLine[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const columns = columnsFor(runs)
  const readable = runs.flatMap((run) => ('problem' in run ? [] : [run.number]))
  const compared = chosen.size > 0 ? readable.filter((number) => chosen.has(number)) : readable
  const choose = (number: number, isChosen: boolean) => {
    const next = new Set(chosen)
    if (isChosen) next.add(number)
    else next.delete(number)
    setChosen(next)
  }
  return (
    <>
      {readable.length > 1 && (
        <p>
          <a href={`#/compare?runs=${compared.slice(0, mostCompared).join(',')}`}>
            {chosen.size > 0 ? `Compare ${plural(compared.length, 'run')}` : 'Compare all runs'}
          </a>
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" aria-label="Runs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">compare</span>
              </th>
              <th scope="col">run</th>
              {columns.map(({ name }) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <RunRow
                key={run.number}
                run={run}
                columns={columns}
                isChosen={chosen.has(run.number)}
                onChoose={choose}
              />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

type ReadRun = Exclude<RunLine, { readonly problem: string }>

interface Column {
  readonly name: string
  readonly isNumber?: boolean
  readonly cell: (run: ReadRun) => ComponentChildren
}

/** Those of them that say nothing of any run are left out. */
const optional: ReadonlySet<string> = new Set(['stopped', 'rate', 'time left', 'held by', 'Slurm'])

const allColumns: readonly Column[] = [
  { name: 'state', cell: ({ summary }) => <Status status={summary.status} /> },
  { name: 'progress', cell: ({ summary }) => <Progress summary={summary} /> },
  {
    name: 'evaluated',
    isNumber: true,
    cell: ({ summary: { evaluations } }) => short(evaluations.done + evaluations.failed + (evaluations.stopped ?? 0)),
  },
  { name: 'failed', isNumber: true, cell: ({ summary }) => short(summary.evaluations.failed) },
  {
    name: 'stopped',
    isNumber: true,
    cell: ({ summary: { evaluations } }) => (evaluations.stopped === undefined ? null : short(evaluations.stopped)),
  },
  {
    name: 'best',
    cell: ({ summary: { best, objectives, status } }) => {
      if (!best) return status === 'finished' ? 'none' : 'none yet'
      const names = Object.keys(objectives)
      const values = best.fitness.slice(0, mostObjectives).map((value, i) => `${names[i] ?? i} ${short(value)}`)
      const left = best.fitness.length - values.length
      const text = [...values, ...(left > 0 ? [`and ${left} more`] : [])].join(', ')
      const part = best.budget === undefined ? '' : ' (with a part of the budget)'
      return `${text}${best.violation === undefined ? '' : ' (violates)'}${part}`
    },
  },
  {
    name: 'rate',
    isNumber: true,
    cell: ({ rate }) => (rate === null ? null : `${short(Number(rate.toPrecision(3)))}/s`),
  },
  {
    name: 'time left',
    isNumber: true,
    cell: ({ secondsLeft }) => (secondsLeft === null ? null : duration(secondsLeft)),
  },
  { name: 'Slurm', cell: ({ slurm }) => slurm },
  { name: 'held by', cell: ({ summary: { holder } }) => (holder ? `${holder.host} (${holder.pid})` : null) },
  {
    name: 'optimizer',
    cell: ({ summary: { optimizer, seed } }) => `${optimizer ?? ''}${seed === null ? '' : `, seed ${seed}`}`,
  },
  { name: 'begun', cell: ({ summary: { created } }) => created?.slice(0, 16).replace('T', ' ') ?? '' },
]

function columnsFor(runs: readonly RunLine[]): readonly Column[] {
  return allColumns.filter(
    ({ name, cell }) => !optional.has(name) || runs.some((run) => !('problem' in run) && cell(run) !== null),
  )
}

interface RunRowProps {
  readonly run: RunLine
  readonly columns: readonly Column[]
  readonly isChosen: boolean
  readonly onChoose: (number: number, isChosen: boolean) => void
}

function RunRow({ run, columns, isChosen, onChoose }: RunRowProps) {
  const isReadable = !('problem' in run)
  return (
    <tr>
      <td>
        {isReadable && (
          <input
            type="checkbox"
            checked={isChosen}
            aria-label={`Compare ${run.name}`}
            onChange={({ currentTarget }) => onChoose(run.number, currentTarget.checked)}
          />
        )}
      </td>
      <th scope="row">
        <a href={addressOf(run.number, 'overview')}>{run.name}</a>
      </th>
      {isReadable ? (
        columns.map(({ name, isNumber = false, cell }) => (
          <td key={name} class={isNumber ? 'number' : undefined}>
            {cell(run)}
          </td>
        ))
      ) : (
        <td colSpan={columns.length}>{run.problem}</td>
      )}
    </tr>
  )
}

/** What has finished is whole, also where a limit ended it before its generations were over. */
function Progress({ summary }: { readonly summary: ReadRun['summary'] }) {
  const { generations, generationLimit, status } = summary
  if (generationLimit === null) return <>{plural(generations, 'generation')}</>
  const all = status === 'finished' ? generations : generationLimit
  return (
    <>
      <progress value={generations} max={all} aria-label="generations" /> {generationsInWords(summary)}
    </>
  )
}
