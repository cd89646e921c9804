import { isReport } from './ask.ts'
import { ComparePage } from './compare-page.tsx'
import { route } from './route.ts'
import { RunPage } from './run-page.tsx'
import { RunsPage } from './runs-page.tsx'
import { nextTheme, theme } from './theme.ts'

export function App() {
  const { run, view } = route.value
  if (isReport) {
    return (
      <section aria-label="Look closer">
        <h2>Look closer</h2>
        <RunPage run={0} />
      </section>
    )
  }
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('#content')?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href="#/">
          <img src="/icon.svg" alt="" width="22" height="22" /> twoloop
        </a>
        <button type="button" onClick={nextTheme}>
          Colours: {theme.value}
        </button>
      </header>
      {run !== undefined ? <RunPage run={run} /> : view === 'compare' ? <ComparePage /> : <RunsPage />}
    </>
  )
}
