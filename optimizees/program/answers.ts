import type { Heard } from './conversation.ts'

export type ProgramAnswer = { readonly result: unknown } | { readonly error: string }

/** What came of lines that a program was given. */
export interface Answers {
  readonly byId: ReadonlyMap<number, ProgramAnswer>
  /** Answers to what nobody has asked, or that came a second time. */
  readonly surplus: readonly string[]
  /** Why something is no answer, if it looks like one. */
  readonly bad: string | undefined
}

/** @param ids of the individuals, oldest first: an answer without an id is about the oldest that has none yet */
export function readAnswers(heard: readonly Heard[], ids: readonly number[]): Answers {
  const open = new Set(ids)
  const byId = new Map<number, ProgramAnswer>()
  const surplus: string[] = []
  const take = (id: number | undefined, answer: ProgramAnswer, line: string) => {
    const [oldest] = open
    const of = id ?? oldest
    if (of === undefined || !open.delete(of)) surplus.push(line)
    else byId.set(of, answer)
  }
  for (const said of heard) {
    switch (said.type) {
      case 'result':
        take(said.id, { result: said.result }, said.line)
        break
      case 'error':
      case 'no answer':
        take(said.id, { error: said.message }, said.line)
        break
      case 'batch error':
        for (const id of said.ids) take(id, { error: said.message }, said.line)
        break
      case 'bad':
        return { byId, surplus, bad: said.why }
      case 'ready':
      case 'report':
    }
  }
  return { byId, surplus, bad: undefined }
}

/** The line in which an answer stands behind other text, where nobody looks for it. */
export function misplacedAnswer(printed: string): string | undefined {
  return /^.*\S.*\{\s*"(?:id|result|error|report)"\s*:.*$/m.exec(printed)?.[0]
}

/** What is wrong with a result, whatever the objectives are; undefined if nothing is. */
export function refuseResult(result: unknown): string | undefined {
  const wanted = 'a number, a list of numbers, or an object with numbers by name'
  const numbers =
    typeof result === 'number'
      ? [result]
      : typeof result === 'object' && result !== null
        ? Object.values(result).filter((value) => typeof value === 'number')
        : []
  if (numbers.length === 0) return `needs to be ${wanted}`
  return numbers.some(Number.isFinite) ? undefined : 'has no number that is finite'
}
