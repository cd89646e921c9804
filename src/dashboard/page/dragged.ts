import { valueAtPlace } from '../../analysis/density.ts'
import type { ParallelAnswer } from '../answers.ts'

/** A part of an axis, from 0 to 1, in whichever direction it was dragged over. */
export interface DraggedPart {
  readonly from: number
  readonly to: number
}

/** What keeps the part of an axis that was dragged over: of levels those that it touches, in their order. */
export function conditionsOn(axis: ParallelAnswer['axes'][number], { from, to }: DraggedPart): string[] {
  const isWord = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(axis.column) && !reserved.includes(axis.column)
  const name = isWord ? axis.column : JSON.stringify(axis.column)
  const [first, last] = [Math.min(from, to), Math.max(from, to)]
  if (axis.levels) {
    const { levels } = axis
    const levelAt = (place: number) => Math.min(levels.length - 1, Math.floor(place * levels.length))
    const kept = levels.slice(levelAt(first), levelAt(last) + 1).map((level) => `${name} = ${level}`)
    if (kept.length === levels.length) return []
    return [kept.length === 1 ? kept[0]! : `(${kept.join(' or ')})`]
  }
  const [low, high] = [first, last].map((place) => Number(valueAtPlace(axis, place).toPrecision(4)))
  return [`${name} >= ${low}`, `${name} <= ${high}`]
}

/** What words of a filter mean something else than a name. */
const reserved: readonly string[] = ['and', 'or', 'not', 'true', 'false', 'null']
