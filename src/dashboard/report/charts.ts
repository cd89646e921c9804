import { placeOn } from '../../analysis/density.ts'
import type { AxisAnswer, DensityAnswer, FrontAnswer, HistoryAnswer, ParameterPicture } from '../answers.ts'
import { ticks } from '../ticks.ts'
import { short, spreadBelow } from '../words.ts'
import { html, type Markup } from './html.ts'

/** The picture's inner size and what stands around it. */
const frame = { left: 64, top: 8, right: 12, bottom: 40 } as const

/** So few cells that a picture has at most 2,000 vertices, however many individuals it shows. */
const cells = { columns: 24, rows: 16 } as const

/** A line has at most so many vertices. */
const longestLine = 200

/** Every evaluation as density, the median, and the best so far. */
export function historyChart({ x, y, density, best, median, summary }: HistoryAnswer): Markup {
  const size = { width: 860, height: 320 }
  const at = placesIn(size)
  const line = (values: readonly (number | null)[], isStepped: boolean) => {
    const points = values.flatMap((value, i) =>
      value === null ? [] : [[(i + 0.5) / values.length, placeOn(y, value)] as const],
    )
    return pathThrough(points, isStepped, at)
  }
  return svg(size, summary, [
    ...axes(size, x, y),
    ...shades(coarse(density), size),
    html`<path class="median" d="${line(median, false)}"/>`,
    html`<path class="best" d="${line(best, true)}"/>`,
  ])
}

/** A parameter against the objective. */
export function parameterChart({ x, labels, density, best, summary }: ParameterPicture, y: AxisAnswer): Markup {
  const size = { width: 420, height: 220 }
  const at = placesIn(size)
  const mark = best === null ? [] : [html`<path class="best" d="M${at(best, 0).join(' ')}L${at(best, 1).join(' ')}"/>`]
  return svg(size, summary, [...axes(size, x, y, labels), ...shades(coarse(density), size), ...mark])
}

/** Two objectives against each other, every evaluation as density and the front as dots. */
export function frontChart({ x, y, objectives, density, members, summary }: FrontAnswer): Markup {
  const size = { width: 860, height: 320 }
  const at = placesIn(size)
  const [across, up] = [objectives.indexOf(x.name), objectives.indexOf(y.name)]
  const dots = members.map(({ fitness }) => {
    const [left, top] = at(Math.max(0, Math.min(1, placeOn(x, fitness[across]!))), placeOn(y, fitness[up]!))
    return `M${left} ${top}h0`
  })
  return svg(size, summary, [
    ...axes(size, x, y),
    ...shades(coarse(density), size),
    html`<path class="front" d="${dots.join('')}"/>`,
  ])
}

/** The volume that the front dominates, generation after generation. */
export function volumeChart({ volumes }: FrontAnswer): Markup {
  const size = { width: 860, height: 220 }
  const values = volumes.map(([, volume]) => volume)
  const most = Math.max(...values)
  const x: AxisAnswer = {
    scale: 'linear',
    low: 0,
    high: Math.max(1, volumes.at(-1)![0]),
    name: 'generations',
    isWhole: true,
  }
  const y: AxisAnswer = { scale: 'linear', low: 0, high: most > 0 ? most : 1, name: 'hypervolume' }
  const points = volumes.map(([generation, volume]) => [placeOn(x, generation), placeOn(y, volume)] as const)
  const summary = `The hypervolume went from ${short(values[0]!)} to ${short(values.at(-1)!)}.`
  return svg(size, summary, [
    ...axes(size, x, y),
    html`<path class="best" d="${pathThrough(points, true, placesIn(size))}"/>`,
  ])
}

interface Size {
  readonly width: number
  readonly height: number
}

type Placed = (x: number, y: number) => readonly [x: number, y: number]

function placesIn({ width, height }: Size): Placed {
  const [wide, tall] = [width - frame.left - frame.right, height - frame.top - frame.bottom]
  return (x, y) => [round(frame.left + x * wide), round(frame.top + (1 - Math.max(0, Math.min(1, y))) * tall)]
}

function svg({ width, height }: Size, summary: string, parts: readonly Markup[]): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${summary}">${parts}</svg>`
}

/** Larger cells: as many as may be drawn. */
function coarse({ columns, rows, counts }: DensityAnswer): DensityAnswer {
  const [wide, tall] = [Math.min(columns, cells.columns), Math.min(rows, cells.rows)]
  const sums = new Array<number>(wide * tall).fill(0)
  for (const [cell, count] of counts.entries()) {
    const [column, row] = [Math.floor(cell / rows), cell % rows]
    sums[Math.floor((column * wide) / columns) * tall + Math.floor((row * tall) / rows)]! += count
  }
  return { columns: wide, rows: tall, counts: sums, beyond: 0 }
}

const shadeCount = 5

/** A path for each shade; cells of one shade above each other are one rectangle. */
function shades({ columns, rows, counts }: DensityAnswer, size: Size): Markup[] {
  const at = placesIn(size)
  const most = counts.reduce((a, b) => Math.max(a, b), 1)
  const shadeOf = (count: number | undefined) =>
    count ? Math.min(shadeCount - 1, Math.floor(shadeCount * Math.sqrt(count / (most + 1)))) : -1
  const paths = new Array<string>(shadeCount).fill('')
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; ) {
      const shade = shadeOf(counts[column * rows + row])
      let end = row + 1
      while (end < rows && shadeOf(counts[column * rows + end]) === shade) end++
      if (shade >= 0) {
        const [left, bottom] = at(column / columns, row / rows)
        const [right, top] = at((column + 1) / columns, end / rows)
        paths[shade] += `M${left} ${bottom}H${right}V${top}H${left}Z`
      }
      row = end
    }
  }
  return paths.flatMap((path, shade) => (path === '' ? [] : [html`<path class="shade${shade}" d="${path}"/>`]))
}

function pathThrough(points: readonly (readonly [x: number, y: number])[], isStepped: boolean, at: Placed): string {
  const kept = points.filter(([, y], i) => i === 0 || i === points.length - 1 || !isStepped || y !== points[i - 1]![1])
  const few = kept.filter((_, i) => i % Math.ceil(kept.length / (longestLine / 2)) === 0 || i === kept.length - 1)
  return few
    .map(([x, y], i) => {
      const [left, top] = at(x, y)
      if (i === 0) return `M${left} ${top}`
      return isStepped ? `H${left}V${top}` : `L${left} ${top}`
    })
    .join('')
}

function axes(size: Size, x: AxisAnswer, y: AxisAnswer, labels: readonly string[] | null = null): Markup[] {
  const at = placesIn(size)
  const [left, bottom] = at(0, 0)
  const [right, top] = at(1, 1)
  const below = labels
    ? spreadBelow(labels.length, 6).map((i) => [(i + 0.5) / labels.length, labels[i]!.slice(0, 14)] as const)
    : ticks(x, size.width > 600 ? 6 : 4)
  return [
    html`<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>`,
    ...below.map(
      ([place, text]) => html`<text x="${at(place, 0)[0]}" y="${bottom + 15}" text-anchor="middle">${text}</text>`,
    ),
    ...ticks(y, 4).map(
      ([place, text]) => html`<text x="${left - 6}" y="${at(0, place)[1] + 4}" text-anchor="end">${text}</text>`,
    ),
    html`<text x="${(left + right) / 2}" y="${size.height - 6}" text-anchor="middle">${x.name}</text>`,
  ]
}

function round(value: number): number {
  return Number(value.toFixed(1))
}
