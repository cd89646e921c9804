import type { DensityAnswer } from '../answers.ts'

export type Colour = readonly [number, number, number]

/** The colours of a place with one point, and of that with the most. */
export type Shades = readonly [weak: Colour, strong: Colour]

/** Up to so many points each is drawn as a dot, since a cell alone is hard to see. */
const fewPoints = 1500

/** A dot that stands alone is never as weak as a cell among others. */
const faintestDot = 0.4

/** Draws points as counts: the more there are in a cell the stronger its colour, on a logarithmic scale. */
export function drawDensity(
  context: CanvasRenderingContext2D,
  { columns, rows, counts }: DensityAnswer,
  {
    left,
    top,
    width,
    height,
  }: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  [weak, strong]: Shades,
): void {
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  if (most === 0) return
  const shade = (count: number, least = 0): Colour => {
    const part = most === 1 ? 1 : least + ((1 - least) * Math.log(count)) / Math.log(most)
    return [0, 1, 2].map((i) => Math.round(weak[i]! + part * (strong[i]! - weak[i]!))) as unknown as Colour
  }
  if (counts.reduce((a, b) => a + b, 0) <= fewPoints) {
    const radius = 3 * devicePixelRatio
    counts.forEach((count, cell) => {
      if (count === 0) return
      const [column, row] = [Math.floor(cell / rows), cell % rows]
      context.fillStyle = `rgb(${shade(count, faintestDot).join(' ')} / 0.8)`
      context.beginPath()
      context.arc(
        left + ((column + 0.5) / columns) * width,
        top + height - ((row + 0.5) / rows) * height,
        radius,
        0,
        2 * Math.PI,
      )
      context.fill()
    })
    return
  }
  const image = new ImageData(columns, rows)
  counts.forEach((count, cell) => {
    if (count === 0) return
    const [column, row] = [Math.floor(cell / rows), cell % rows]
    const at = 4 * ((rows - 1 - row) * columns + column)
    image.data.set([...shade(count), 255], at)
  })
  const small = new OffscreenCanvas(columns, rows)
  small.getContext('2d')!.putImageData(image, 0, 0)
  context.imageSmoothingEnabled = false
  context.drawImage(small, left, top, width, height)
}

/** A colour of the style sheet, which writes those of densities as `#rrggbb`. */
export function colourIn(style: CSSStyleDeclaration, name: string): Colour {
  const text = style.getPropertyValue(name).trim()
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Colour
}

export function shadesOf(style: CSSStyleDeclaration, [weak, strong]: readonly [string, string]): Shades {
  return [colourIn(style, weak), colourIn(style, strong)]
}
