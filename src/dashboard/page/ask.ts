import { useEffect, useRef, useState } from 'preact/hooks'
import type { ProblemAnswer } from '../answers.ts'
import { nobodyPoints } from './pointing.ts'

export type Asked<Answer> =
  | { readonly state: 'waiting' }
  | { readonly state: 'answered'; readonly answer: Answer }
  | { readonly state: 'refused'; readonly problem: string }

/** The answers that stand in a report, which has no server to ask, by their addresses. */
const kept = readKept()

/** Whether the page is part of a report: it shows what stands in it. */
export const isReport = kept !== undefined

function readKept(): Readonly<Record<string, unknown>> | undefined {
  const element = document.querySelector('#answers')
  return element === null ? undefined : (JSON.parse(element.textContent ?? '{}') as Record<string, unknown>)
}

/**
 * The server's answer to an address. It stays while a newer one is on its way, and while somebody points at a picture
 * unless it is another that was asked for.
 */
export function useAnswer<Answer>(address: string, version: number): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer> & { readonly to?: string }>({ state: 'waiting' })
  const shown = useRef<string | undefined>(undefined)
  useEffect(() => {
    const left = new AbortController()
    const show = async () => {
      const next = await ask<Answer>(address, left.signal)
      if (shown.current === address) await nobodyPoints()
      left.signal.throwIfAborted()
      shown.current = address
      setAsked({ ...next, to: address })
    }
    show().catch(() => {}) // the page is elsewhere by now
    return () => left.abort()
  }, [address, version])
  // The answer about another run is none about this one.
  return asked.to !== undefined && pathIn(asked.to) !== pathIn(address) ? { state: 'waiting' } : asked
}

async function ask<Answer>(address: string, signal: AbortSignal): Promise<Asked<Answer>> {
  if (kept) {
    const answer = kept[address.replace(/\?$/, '')]
    if (answer !== undefined) return { state: 'answered', answer: answer as Answer }
    return { state: 'refused', problem: 'This report does not hold it; `twoloop dashboard` shows everything of a run.' }
  }
  let response: Response
  try {
    response = await fetch(address, { signal })
  } catch (error) {
    signal.throwIfAborted()
    return {
      state: 'refused',
      problem: `The server does not answer (${(error as Error).message}); is it still running?`,
    }
  }
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  if (!isJson) return { state: 'refused', problem: await response.text() }
  const body: Answer | ProblemAnswer = await response.json()
  if (response.ok) return { state: 'answered', answer: body as Answer }
  return { state: 'refused', problem: (body as ProblemAnswer).problem }
}

function pathIn(address: string): string {
  return address.split('?')[0]!
}
