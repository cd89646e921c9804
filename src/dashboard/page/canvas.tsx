import { useEffect, useRef } from 'preact/hooks'
import { shortened } from '../words.ts'
import { theme } from './theme.ts'

/** What a picture is drawn with. */
export interface Brush {
  readonly context: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
  /** A colour of the style sheet by its name. */
  readonly colour: (name: string) => string
  readonly style: CSSStyleDeclaration
}

interface CanvasProps {
  readonly heightFor: (width: number) => number
  readonly draw: (brush: Brush) => void
  /** Anything whose change means that it is to be drawn anew. */
  readonly of: unknown
}

/** A picture as wide as its place, drawn anew when that, the colours or what it shows have changed. */
export function Canvas({ heightFor, draw, of }: CanvasProps) {
  const place = useRef<HTMLCanvasElement>(null)
  const shade = theme.value
  useEffect(() => {
    const canvas = place.current!
    const redraw = () => {
      const width = canvas.parentElement!.clientWidth
      const height = heightFor(width)
      canvas.width = width * devicePixelRatio
      canvas.height = height * devicePixelRatio
      canvas.style.width = `${width}px`
      canvas.style.height = `${height}px`
      const context = canvas.getContext('2d')!
      context.scale(devicePixelRatio, devicePixelRatio)
      const style = getComputedStyle(canvas)
      context.font = '12px system-ui, sans-serif'
      context.textBaseline = 'middle'
      draw({ context, width, height, style, colour: (name) => style.getPropertyValue(name).trim() })
    }
    redraw()
    const resized = new ResizeObserver(redraw)
    resized.observe(canvas.parentElement!)
    return () => resized.disconnect()
  }, [of, shade])
  return <canvas ref={place} />
}

/** As much of a text as there is room for: its beginning and its end, by which levels and names differ. */
export function fitting(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text
  for (let length = Math.min(text.length - 1, 100); length > 2; length--) {
    const cut = shortened(text, length)
    if (context.measureText(cut).width <= room) return cut
  }
  return text.slice(0, 3)
}
