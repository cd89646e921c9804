import { useEffect } from 'preact/hooks'
import { isReport } from './ask.ts'

/** What the browser calls the page: the view that is open. A report has a name of its own. */
export function useTitle(title: string): void {
  useEffect(() => {
    if (!isReport) document.title = `${title} · twoloop`
  }, [title])
}
