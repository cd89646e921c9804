import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { AxisAnswer, DensityAnswer } from '../answers.ts'
import { roundNumbers } from '../ticks.ts'
import { shortened, spreadBelow } from '../words.ts'
import { drawDensity, shadesOf } from './raster.ts'
import { theme } from './theme.ts'
import { short } from './words.ts'

export interface Line {
  readonly name: string
  readonly values: readonly (number | null)[]
  /** The name of a colour of the style sheet. */
  readonly colour: string
  readonly width: number
  readonly isStepped?: boolean
  readonly dash?: readonly number[]
}

export interface PlotProps {
  readonly x: AxisAnswer
  readonly y: AxisAnswer
  readonly isTime?: boolean
  /** The places of the lines' values. */
  readonly places: readonly number[]
  readonly lines: readonly Line[]
  /** The names of two lines each between which the area is filled. */
  readonly bands?: readonly {
    readonly between: readonly [string, string]
    readonly colour: string
    readonly isFaint?: boolean
  }[]
  /** Points that are drawn one by one, over the density. */
  readonly dots?: readonly (readonly [x: number, y: number])[]
  readonly density?: DensityAnswer
  /** What is drawn faint behind it. */
  readonly behind?: DensityAnswer
  readonly height: number
  /** What the parts of the lower axis are called, where it has no numbers. */
  readonly labels?: readonly string[]
  /** A place from 0 to 1 on the lower axis that is marked. */
  readonly mark?: number | null
  readonly onZoom?: (part: ZoomedPart) => void
}

/** A part of a picture: between two places of the lower axis, and two values. */
export interface ZoomedPart {
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
}

/** Lines and bands over the density of all points. */
export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const shade = theme.value
  useEffect(() => {
    const element = place.current!
    const plot = new uPlot(optionsFor(props, element), dataOf(props), element)
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: props.height }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [props, shade])
  return <div class="plot" ref={place} />
}

function dataOf({ places, lines, isTime = false }: PlotProps): uPlot.AlignedData {
  return [places.map((value) => (isTime ? value / 1000 : value)), ...lines.map(({ values }) => [...values])]
}

function optionsFor(props: PlotProps, element: HTMLElement): uPlot.Options {
  const { x, y, isTime = false, lines, bands = [], dots = [], density, behind, height, labels, mark, onZoom } = props
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { stroke: colour('--grid'), width: 1 },
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    labelSize: 22,
  }
  const unit = isTime ? 1000 : 1
  const seriesAt = (name: string) => lines.findIndex((line) => line.name === name) + 1
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: {
      drag: { x: onZoom !== undefined, y: onZoom !== undefined, setScale: false, uni: 12 },
      points: { size: 7 },
    },
    scales: {
      x: { time: isTime, distr: x.scale === 'log' ? 3 : 1, range: () => [x.low / unit, x.high / unit] },
      y: { distr: y.scale === 'log' ? 3 : 1, range: () => [y.low, y.high] },
    },
    axes: [
      {
        ...axis,
        label: x.name,
        size: 32,
        ...(labels ? levelsAxis(labels, element.clientWidth) : isTime ? {} : numbersAxis(x, element.clientWidth / 100)),
        ...(x.isWhole && { incrs: wholeSteps }),
      },
      { ...axis, label: y.name, size: 68, ...numbersAxis(y, height / 45) },
    ],
    series: [
      {},
      ...lines.map(
        ({ name, colour: named, width, isStepped = false, dash }): uPlot.Series => ({
          label: name,
          stroke: width > 0 ? colour(named) : 'transparent',
          width,
          spanGaps: true,
          points: { show: false },
          ...(dash && { dash: [...dash] }),
          ...(isStepped && { paths: uPlot.paths.stepped!({ align: 1 }) }),
        }),
      ),
    ],
    bands: bands.map(({ between: [low, high], colour: named, isFaint = false }) => ({
      series: [seriesAt(high), seriesAt(low)] as [number, number],
      fill: isFaint ? `${colour(named)}33` : colour(named),
    })),
    hooks: {
      drawAxes: [
        (plot: uPlot) => {
          const { ctx, bbox } = plot
          ctx.save()
          if (behind) drawDensity(ctx, behind, bbox, shadesOf(style, ['--faint', '--faint']))
          if (density) drawDensity(ctx, density, bbox, shadesOf(style, ['--density-weak', '--density-strong']))
          if (mark !== null && mark !== undefined) {
            ctx.fillStyle = colour('--best')
            ctx.fillRect(bbox.left + mark * bbox.width - devicePixelRatio, bbox.top, 2 * devicePixelRatio, bbox.height)
          }
          ctx.fillStyle = colour('--best')
          for (const [at, value] of dots) {
            ctx.beginPath()
            ctx.arc(
              plot.valToPos(at, 'x', true),
              plot.valToPos(value, 'y', true),
              3.5 * devicePixelRatio,
              0,
              2 * Math.PI,
            )
            ctx.fill()
          }
          ctx.restore()
        },
      ],
      setSelect: [
        (plot: uPlot) => {
          const { left, top, width, height: tall } = plot.select
          if (!onZoom || width < 4) return
          const isWhole = tall < 4 || tall >= plot.over.clientHeight - 1
          onZoom({
            from: plot.posToVal(left, 'x') * unit,
            to: plot.posToVal(left + width, 'x') * unit,
            low: isWhole ? y.low : plot.posToVal(top + tall, 'y'),
            high: isWhole ? y.high : plot.posToVal(top, 'y'),
          })
        },
      ],
    },
  }
}

const wholeSteps = Array.from({ length: 36 }, (_, i) => [1, 2, 5][i % 3]! * 10 ** Math.floor(i / 3))

/** uPlot looks for the numbers of a logarithmic axis without end where it begins a little below a power of ten. */
function numbersAxis(axis: AxisAnswer, wanted: number): Partial<uPlot.Axis> {
  const values: uPlot.Axis['values'] = (_, ticks: (number | null)[]) =>
    ticks.map((tick) => (tick === null ? '' : short(tick)))
  if (axis.scale === 'linear') return { values }
  const numbers = roundNumbers(axis, Math.max(2, Math.floor(wanted)))
  return { values, splits: () => numbers, filter: (_, splits) => splits }
}

/** Levels stand in the middle of their parts of the axis, as many of them as there is room for. */
function levelsAxis(labels: readonly string[], width: number): Partial<uPlot.Axis> {
  const texts = labels.map((label) => shortened(label, 14))
  const widest = 12 + 7 * texts.reduce((most, { length }) => Math.max(most, length), 0)
  const shown = spreadBelow(labels.length, Math.floor((width - 80) / widest))
  return {
    splits: () => shown.map((i) => i + 0.5),
    values: () => shown.map((i) => texts[i]!),
    grid: { show: false },
  }
}
