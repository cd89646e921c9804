/** One axis of the unit cube, as numeric algorithms see it. */
export type Axis =
  | { readonly kind: 'real' }
  | { readonly kind: 'integer' | 'choice' | 'boolean'; readonly levels: number }

/** The level in 0 ... levels - 1 that a coordinate of a discrete axis stands for. */
export function levelOf(coordinate: number, levels: number): number {
  return Math.min(levels - 1, Math.floor(clipUnit(coordinate) * levels))
}

/** The middle of a level's part of the axis. */
export function coordinateOf(level: number, levels: number): number {
  return (level + 0.5) / levels
}

/** The coordinate within the unit interval that is nearest. */
export function clipUnit(value: number): number {
  return value > 0 ? (value < 1 ? value : 1) : 0 // NaN becomes 0
}
