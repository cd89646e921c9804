import { signal } from '@preact/signals'
import { isReport } from './ask.ts'

/** Where in the page one is: the part of the address behind the #, so that it can be kept and sent. */
export interface Route {
  /** Undefined where no single run is shown. */
  readonly run: number | undefined
  readonly view: string
  /** What a view is asked, such as the range that is looked at. */
  readonly words: URLSearchParams
}

export const route = signal(read())

addEventListener('hashchange', () => {
  route.value = read()
})

function read(): Route {
  const [path = '', words = ''] = location.hash.slice(1).split('?')
  if (path === '/compare') return { run: undefined, view: 'compare', words: new URLSearchParams(words) }
  const [, run = isReport ? '0' : undefined, view = 'overview'] = /^\/run\/(\d+)(?:\/([a-z-]+))?$/.exec(path) ?? []
  return { run: run === undefined ? undefined : Number(run), view, words: new URLSearchParams(words) }
}

export function addressOf(run: number, view: string, words: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(words).toString()
  return `#/run/${run}/${view}${text === '' ? '' : `?${text}`}`
}

/** Changes what the view that is open is asked; undefined takes a word away. */
export function askView(words: Readonly<Record<string, string | undefined>>): void {
  const { run, view, words: old } = route.value
  const all = new URLSearchParams(old)
  for (const [name, value] of Object.entries(words)) {
    if (value === undefined) all.delete(name)
    else all.set(name, value)
  }
  location.hash = run === undefined ? `#/${view}?${all}` : addressOf(run, view, Object.fromEntries(all))
}
