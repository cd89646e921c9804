import { isBenched, isOrderlyEnd } from '../../../runtime/runner/worker-life.ts'
import { cellOf, type DrawnAxis, placeOn } from '../../analysis/density.ts'
import type { WorkerRow } from '../../record/rows.ts'
import type { WorkerRowAnswer, WorkersAnswer } from '../answers.ts'
import type { ViewContext } from '../view.ts'
import { grouped, plural } from '../words.ts'
import { axisAnswer } from './pictures.ts'

/** The most rows of the picture: of more workers, neighbours share one. */
const mostRows = 120

/** Who simulated when: how busy each worker was over time, and when attempts failed. */
export function workers({ record, query, now }: ViewContext): WorkersAnswer {
  const columns = query.count('columns', { low: 10, high: 400, otherwise: 240 })
  query.refuseOthers()
  const all = record.workers()
  const { first, last } = record.spanExtent()
  const lives = all.flatMap(({ launched, ended }) => [launched, ended ?? '']).map((time) => Date.parse(time))
  const times = [first, last, ...lives].filter((time) => time !== null && Number.isFinite(time)) as number[]
  const axis = axisOf(times, now)
  const together = Math.ceil(all.length / mostRows)
  const rowOf = new Map(all.map(({ worker }, i) => [worker, Math.floor(i / together)]))
  const rows = Math.ceil(all.length / Math.max(1, together))
  const restarts = restartsIn(all)
  const busy = new Float64Array(rows * columns)
  const failed = new Uint32Array(rows * columns)
  const parts = { low: axis.low, width: (axis.high - axis.low) / columns, columns }
  for (const [worker, part, milliseconds, failures] of record.shortSpans(parts)) {
    const row = rowOf.get(worker)
    if (row === undefined) continue
    busy[row * columns + part]! += milliseconds / parts.width
    failed[row * columns + part]! += failures
  }
  for (const [worker, began, ended, hasFailed] of record.longSpans(parts)) {
    const row = rowOf.get(worker)
    if (row === undefined) continue
    addSpan(busy.subarray(row * columns, (row + 1) * columns), placeOn(axis, began), placeOn(axis, ended))
    if (hasFailed) failed[row * columns + cellOf(placeOn(axis, ended), columns)]! += 1
  }
  return {
    x: axisAnswer(axis, 'time'),
    columns,
    rows: Array.from({ length: rows }, (_, row) =>
      rowAnswer(all.slice(row * together, (row + 1) * together), axis, {
        restarts,
        busy: busy.subarray(row * columns, (row + 1) * columns),
        failed: failed.subarray(row * columns, (row + 1) * columns),
      }),
    ),
    summary: summaryOf(all, restarts.size, record.usage()),
  }
}

function axisOf(times: readonly number[], now: number): DrawnAxis {
  if (times.length === 0) return { scale: 'linear', low: now - 1000, high: now }
  const [low, high] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
  return { scale: 'linear', low, high: Math.max(high, low + 1) }
}

/** Adds to each column the part of it that a span covers. */
function addSpan(busy: Float64Array, from: number, to: number): void {
  const columns = busy.length
  for (let column = cellOf(from, columns); column <= cellOf(to, columns); column++) {
    const covered = Math.min(to * columns, column + 1) - Math.max(from * columns, column)
    if (covered > 0) busy[column]! += covered
  }
}

/** Workers that took the place of one that was lost or benched, under the same start of a runner. */
function restartsIn(all: readonly WorkerRow[]): ReadonlySet<number> {
  const launches = all.map((row) => ({ row, at: Date.parse(row.launched), isLaunch: true }))
  const ends = all.flatMap((row) =>
    row.ended === null || row.why === null || !leavesGap(row.why)
      ? []
      : [{ row, at: Date.parse(row.ended), isLaunch: false }],
  )
  const gaps = new Map<number, number>()
  const restarts = new Set<number>()
  for (const { row, isLaunch } of [...ends, ...launches].sort((a, b) => a.at - b.at)) {
    const open = gaps.get(row.epoch) ?? 0
    if (!isLaunch) gaps.set(row.epoch, open + 1)
    else if (open > 0) {
      gaps.set(row.epoch, open - 1)
      restarts.add(row.worker)
    }
  }
  return restarts
}

function leavesGap(why: string): boolean {
  return isBenched(why) || !isOrderlyEnd(why)
}

interface RowParts {
  readonly restarts: ReadonlySet<number>
  readonly busy: Float64Array
  readonly failed: Uint32Array
}

function rowAnswer(
  workers: readonly WorkerRow[],
  axis: DrawnAxis,
  { restarts, busy, failed }: RowParts,
): WorkerRowAnswer {
  const first = workers[0]!
  const place = (time: string | null) => (time === null ? 1 : Math.max(0, Math.min(1, placeOn(axis, Date.parse(time)))))
  const whys = [...new Set(workers.flatMap(({ why }) => (why === null ? [] : [why])))]
  return {
    label: workers.length === 1 ? String(first.worker) : `${first.worker} to ${workers.at(-1)!.worker}`,
    host: [...new Set(workers.map(({ host }) => host))].slice(0, 3).join(', '),
    from: Math.min(...workers.map(({ launched }) => place(launched))),
    to: Math.max(...workers.map(({ ended }) => place(ended))),
    why: whys.length === 0 ? null : whys.slice(0, 2).join('; ').slice(0, 300),
    isLost: workers.some(({ why }) => why !== null && !isOrderlyEnd(why)),
    isBenched: workers.some(({ why }) => why !== null && isBenched(why)),
    isRestart: workers.some(({ worker }) => restarts.has(worker)),
    busyPart: busy.length === 0 ? 0 : busy.reduce((sum, part) => sum + part, 0) / (busy.length * workers.length),
    failures: failed.reduce((sum, count) => sum + count, 0),
    busy: Array.from(busy, (part) => Math.min(9, Math.ceil((9 * part) / workers.length - 1e-9))).join(''),
    failed: Array.from(failed, (count) => Math.min(9, count)).join(''),
  }
}

function summaryOf(
  all: readonly WorkerRow[],
  restarts: number,
  usage: { readonly workerSeconds: number; readonly busySeconds: number },
): string {
  if (all.length === 0) return 'No worker has been launched yet.'
  const lost = all.filter(({ why }) => why !== null && !isOrderlyEnd(why)).length
  const benched = all.filter(({ why }) => why !== null && isBenched(why)).length
  const hosts = new Set(all.flatMap(({ host }) => (host === '' ? [] : [host]))).size // of those that have said theirs
  const busy =
    usage.workerSeconds > 0
      ? ` and were busy ${Math.round((100 * Math.min(usage.busySeconds, usage.workerSeconds)) / usage.workerSeconds)} % of their time`
      : ''
  return `${plural(all.length, 'worker')}${hosts === 0 ? '' : ` on ${plural(hosts, 'host')}`}${busy}; ${lost === 0 ? 'none' : grouped(lost)} ended otherwise than asked${benched === 0 ? '' : `, ${grouped(benched)} since ${benched === 1 ? 'its' : 'their'} host was benched`}${restarts === 0 ? '' : `, and ${plural(restarts, 'place')} ${restarts === 1 ? 'was' : 'were'} taken by another`}.`
}
