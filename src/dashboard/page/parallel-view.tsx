import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { valueAtPlace } from '../../analysis/density.ts'
import type { ParallelAnswer } from '../answers.ts'
import { plural } from '../words.ts'
import { isReport, useAnswer } from './ask.ts'
import { Canvas } from './canvas.tsx'
import { conditionsOn, type DraggedPart } from './dragged.ts'
import { Figure } from './figure.tsx'
import { FilterForm } from './filter-form.tsx'
import { version } from './live.ts'
import { ObjectiveChoice } from './objective-choice.tsx'
import { axisPlace, drawParallel, frame, heightOfParallel } from './parallel-picture.ts'
import { addressOf, askView, route } from './route.ts'
import { ShareChoice } from './share-choice.tsx'
import { Sign } from './sign.tsx'
import type { ViewProps } from './view-props.ts'
import { Waiting } from './waiting.tsx'
import { drawnInWords, isNothing, short } from './words.ts'

/** The most lines that have a row in the table. */
const mostRows = 60

export function ParallelView({ run }: ViewProps) {
  const { words } = route.value
  const asked = useAnswer<ParallelAnswer>(`/api/runs/${run}/parallel?${words}`, version.value)
  const filter = words.get('filter') ?? ''
  return (
    <>
      {!isReport && (
        <div class="tools">
          <FilterForm key={filter} />
          {filter !== '' && (
            <>
              <button type="button" onClick={() => askView({ filter: undefined })}>
                Keep all
              </button>
              <a href={addressOf(run, 'individuals', { filter })}>Show them in the table</a>
            </>
          )}
        </div>
      )}
      {asked.state === 'answered' ? <ParallelFigure {...asked.answer} /> : <Waiting asked={asked} isPart />}
    </>
  )
}

function ParallelFigure(answer: ParallelAnswer) {
  const { axes, lines, gaps, objectives, share, summary, left, drawn } = answer
  if (gaps.every(isNothing)) return <p>{summary}</p>
  return (
    <Figure
      title="Individuals across parameters and objectives"
      summary={`${summary} ${drawnInWords(drawn)}`.trim()}
      tools={
        <>
          <ObjectiveChoice objectives={objectives} />
          <ShareChoice share={share} />
        </>
      }
      table={{
        head: ['individual', ...axes.map(({ name }) => name)],
        rows: lines.slice(0, mostRows).map(({ name, places }) => [
          name,
          ...places.map((place, i) => {
            if (place === null) return ''
            const { labels } = axes[i]!
            return labels ? (labels[Math.floor(place * labels.length)] ?? '') : short(valueAtPlace(axes[i]!, place))
          }),
        ]),
      }}
    >
      <Brushed {...answer}>
        <Canvas of={answer} heightFor={heightOfParallel} draw={(brush) => drawParallel(brush, answer)} />
      </Brushed>
      <p class="legend" aria-hidden="true">
        <Sign of="bands">all evaluations</Sign>
        <Sign of="line">those that are kept</Sign>
        <Sign of="best">the best of them</Sign>
        {lines.some(({ places }) => places.includes(null)) && (
          <span>Dashed where they pass parameters that do not apply to them.</span>
        )}
        {left > 0 && <span>{plural(left, 'less important parameter')} without an axis.</span>}
        {!isReport && <span>Drag along an axis to keep a part of it.</span>}
      </p>
    </Figure>
  )
}

interface Drag extends DraggedPart {
  readonly axis: number
}

/** Takes drags along an axis: what they keep becomes conditions of the filter, which may be written as well. */
function Brushed({ axes, terms, children }: ParallelAnswer & { readonly children: ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<Drag | undefined>()
  const at = ({ clientX, clientY }: PointerEvent) => {
    const { left, top, width } = place.current!.getBoundingClientRect()
    const distances = axes.map((_, i) => Math.abs(clientX - left - axisPlace(i, axes.length, width)))
    const axis = distances.indexOf(distances.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY))
    const inner = heightOfParallel(width) - frame.top - frame.bottom
    return { axis, place: Math.max(0, Math.min(1, 1 - (clientY - top - frame.top) / inner)) }
  }
  const end = () => {
    setDrag(undefined)
    if (!drag || Math.abs(drag.to - drag.from) < 0.01) return
    const axis = axes[drag.axis]!
    const others = terms.filter(({ column }) => column !== axis.column).map(({ text }) => text)
    askView({ filter: [...others, ...conditionsOn(axis, drag)].join(' and ') || undefined })
  }
  const inner = heightOfParallel(place.current?.clientWidth ?? 0) - frame.top - frame.bottom
  return (
    <div
      class={isReport ? undefined : 'brushed'}
      ref={place}
      onPointerDown={(event) => {
        if (isReport) return
        const { axis, place: from } = at(event)
        place.current!.setPointerCapture(event.pointerId)
        setDrag({ axis, from, to: from })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event).place })}
      onPointerUp={end}
      onPointerCancel={() => setDrag(undefined)}
    >
      {children}
      {drag && (
        <div
          class="brush"
          style={{
            left: `${axisPlace(drag.axis, axes.length, place.current!.clientWidth) - 9}px`,
            top: `${frame.top + (1 - Math.max(drag.from, drag.to)) * inner}px`,
            height: `${Math.abs(drag.to - drag.from) * inner}px`,
          }}
        />
      )}
    </div>
  )
}
