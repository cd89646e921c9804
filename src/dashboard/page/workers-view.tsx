import type { WorkersAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { type Brush, Canvas } from './canvas.tsx'
import { Figure } from './figure.tsx'
import { version } from './live.ts'
import { Sign } from './sign.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { clock, duration, short } from './words.ts'

export function WorkersView({ run }: ViewProps) {
  const asked = useAnswer<WorkersAnswer>(`/api/runs/${run}/workers`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  const { answer } = asked
  const { rows, x, columns } = answer
  return (
    <Figure
      title="Workers over time"
      summary={answer.summary}
      table={{
        head: ['worker', 'host', 'lived', 'busy', 'failed attempts', 'ended'],
        rows: rows.map(({ label, host, from, to, why, busyPart, failures }) => {
          const lived = Math.max(1 / columns, to - from)
          return [
            label,
            host,
            duration(((to - from) * (x.high - x.low)) / 1000),
            `${Math.min(100, Math.round((100 * busyPart) / lived))} %`,
            short(failures),
            why ?? 'at work',
          ]
        }),
      }}
    >
      <Canvas
        of={answer}
        heightFor={() => rows.length * heightOf(rows.length) + axisHeight}
        draw={(brush) => draw(brush, answer)}
      />
      <p class="legend" aria-hidden="true">
        <Sign of="busy">simulating, the taller the more</Sign>
        <Sign of="idle">idle</Sign>
        <Sign of="bad">an attempt failed</Sign>
        <Sign of="lost">the worker was lost</Sign>
        {rows.some(({ isBenched }) => isBenched) && <Sign of="benched">its host was benched</Sign>}
        {rows.some(({ isRestart }) => isRestart) && <Sign of="restart">launched in the place of another</Sign>}
      </p>
    </Figure>
  )
}

const heightOf = (rows: number) => Math.max(8, Math.min(26, Math.floor(640 / rows)))
const labelWidth = 110
const axisHeight = 24

function draw({ context, width, colour }: Brush, { rows, columns, x }: WorkersAnswer): void {
  const tall = heightOf(rows.length)
  const wide = width - labelWidth
  const cell = wide / columns
  for (const [i, { label, host, from, to, busy, failed, isLost, isBenched, isRestart }] of rows.entries()) {
    const top = i * tall
    const inner = tall - (tall > 10 ? 4 : 1)
    context.fillStyle = colour('--muted')
    if (tall >= 12) context.fillText(`${label} ${host}`.slice(0, 16), 0, top + inner / 2)
    // A line as long as it lived, and the taller above it the more it simulated: a paler colour could not be seen.
    context.fillRect(labelWidth + from * wide, top + inner - 2, Math.max(1, (to - from) * wide), 2)
    context.fillStyle = colour('--density-strong')
    for (const [column, digit] of Array.from(busy).entries()) {
      const height = (inner * Number(digit)) / 9
      context.fillRect(labelWidth + column * cell, top + inner - height, cell + 0.5, height)
    }
    context.fillStyle = colour('--bad')
    for (const [column, digit] of Array.from(failed).entries()) {
      if (digit !== '0')
        context.fillRect(labelWidth + column * cell, top + inner * 0.55, Math.max(2, cell), inner * 0.45)
    }
    if (isLost) context.fillRect(labelWidth + to * wide - 2, top - 1, 4, inner + 2)
    if (isBenched) {
      context.fillStyle = colour('--muted')
      context.fillRect(labelWidth + to * wide - 7, top + inner / 2 - 3.5, 7, 7)
    }
    if (isRestart) {
      const left = labelWidth + from * wide
      context.fillStyle = colour('--best')
      context.beginPath()
      context.moveTo(left - 8, top + inner / 2 - 5)
      context.lineTo(left, top + inner / 2)
      context.lineTo(left - 8, top + inner / 2 + 5)
      context.fill()
    }
  }
  context.fillStyle = colour('--muted')
  // On a narrow screen there is room for the first, which has the date, and the last.
  const times = width > 500 ? 4 : 1
  const isOfDays = x.high - x.low > 86_400_000
  for (let i = 0; i <= times; i++) {
    context.textAlign = i === 0 ? 'left' : i === times ? 'right' : 'center'
    context.fillText(
      clock(x.low + (i / times) * (x.high - x.low)).slice(i === 0 ? 0 : isOfDays ? 5 : 11),
      labelWidth + (i / times) * wide,
      rows.length * tall + axisHeight / 2,
    )
  }
  context.textAlign = 'left'
}
