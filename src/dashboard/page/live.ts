import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { LiveEvent } from '../answers.ts'
import { isReport } from './ask.ts'

/** How far the run that is open has come, as the server told last. */
export const live = signal<LiveEvent | undefined>(undefined)

/** Counts up when views are to be asked for anew. */
export const version = signal(0)

/** Views are asked for anew no more often than this, however fast a run is. */
const restMs = 3000

/** Listens to a run as long as it is shown. */
export function useLive(run: number): void {
  useEffect(() => {
    if (isReport) return
    const stream = new EventSource(`/api/live?run=${run}`)
    let timer: ReturnType<typeof setTimeout> | undefined
    let isFirst = true
    stream.onmessage = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as LiveEvent | { readonly problem: string }
      live.value = 'problem' in event ? undefined : event
      if (isFirst) isFirst = false
      else
        timer ??= setTimeout(() => {
          timer = undefined
          version.value++
        }, restMs)
    }
    return () => {
      stream.close()
      clearTimeout(timer)
      live.value = undefined
    }
  }, [run])
}
