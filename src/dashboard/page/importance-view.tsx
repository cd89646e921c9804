import type { AnalysisPicture, ImportanceAnswer } from '../answers.ts'
import { useAnswer } from './ask.ts'
import { CommandLine } from './command-line.tsx'
import { Figure } from './figure.tsx'
import { version } from './live.ts'
import { ObjectiveChoice } from './objective-choice.tsx'
import { route } from './route.ts'
import { ShareChoice } from './share-choice.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'

export function ImportanceView({ run }: ViewProps) {
  const asked = useAnswer<ImportanceAnswer>(`/api/runs/${run}/importance?${route.value.words}`, version.value)
  if (asked.state !== 'answered') return <Waiting asked={asked} isPart />
  const { objectives, share, note, analyses, command } = asked.answer
  return (
    <>
      <div class="tools">
        <ObjectiveChoice objectives={objectives} />
        <ShareChoice share={share} />
      </div>
      <p class="muted">{note}</p>
      {analyses.map((picture) => (
        <Figure key={picture.title} title={picture.title} summary={picture.summary} table={picture.table}>
          <Bars {...picture} />
        </Figure>
      ))}
      <CommandLine command={command} />
    </>
  )
}

/** A bar for each parameter; where some are negative, from the middle to either side. */
function Bars({ bars, reach: known }: AnalysisPicture) {
  const reach =
    known ?? (bars.reduce((most, { value, high = 0 }) => Math.max(most, Math.abs(value ?? 0), high), 0) || 1)
  const isTwoSided = bars.some(({ value }) => (value ?? 0) < 0)
  const place = (value: number) => 100 * (isTwoSided ? (value / reach + 1) / 2 : Math.max(0, value / reach))
  const percent = (value: number) => `${value.toFixed(2)}%`
  return (
    <div class="bars">
      {bars.map(({ name, value, low, high }) => (
        <div key={name} class="bar-row">
          <span class="bar-name">{name}</span>
          <span class="bar-room">
            {value !== null && (
              <span
                class={value < 0 ? 'bar negative' : 'bar'}
                style={{
                  left: percent(Math.min(place(0), place(value))),
                  width: percent(Math.abs(place(value) - place(0))),
                }}
              />
            )}
            {low !== undefined && high !== undefined && (
              <span class="interval" style={{ left: percent(place(low)), width: percent(place(high) - place(low)) }} />
            )}
          </span>
          <span class="bar-value">{value === null ? '–' : value.toPrecision(3)}</span>
        </div>
      ))}
    </div>
  )
}
