import { createHash } from 'node:crypto'
import { ScreenReader } from '../../record/screen-reader.ts'
import type { RunSummary } from '../../record/summary.ts'
import type { FrontAnswer } from '../answers.ts'
import { pageFiles } from '../page-files.ts'
import { grouped, plural, short } from '../words.ts'
import { frontChart, historyChart, parameterChart, volumeChart } from './charts.ts'
import { type Contents, contentsOf, cut } from './contents.ts'
import { html, jsonInMarkup, Markup, table } from './html.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import { commandsOf, factsOf, methods, searchedOf } from './sentences.ts'
import { style } from './style.ts'

/**
 * A run as one file that asks for nothing: for a supplement, or to be sent. All that is said and drawn first can be read
 * without its script, which shows the views of the dashboard below.
 */
export async function reportOf(directory: string, now: number): Promise<string> {
  const record = ScreenReader.openForReading(directory)
  try {
    using _ = record.holdStill()
    return page(await contentsOf(record, now))
  } finally {
    record.close()
  }
}

function page(contents: Contents): string {
  const { overview, front, parameters, health, best, space } = contents
  const { summary } = overview
  const { script, sheet } = parts()
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(sheet)}'`
  return html`<!doctype html>
<html lang="en" data-theme="system">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${summary.name}: a search with twoloop</title>
<style>${new Markup(sheet)}</style>
</head>
<body>
<main>
<h1>${summary.name}</h1>
<p>${methods(contents)}</p>
<h2>Result</h2>
<p>${overview.found}</p>
${front && dominating(front, best.length)}
${best.length === 0 ? null : table(['individual', ...Object.keys(summary.objectives), 'parameters'], best)}
${contents.neighbourhood && around(contents.neighbourhood, Object.keys(summary.objectives)[0] ?? '')}
<h2>Convergence</h2>
${convergence(contents)}
<h2>Parameters</h2>
${
  parameters
    ? html`<p>Importance is the part of how individuals rank that a parameter explains alone, estimated from ${plural(parameters.sampled, 'evaluation')}; the charts are of ${parameters.y.name}.</p>
${table(
  ['parameter', 'importance'],
  parameters.parameters.map(({ x, importance }) => [x.name, importance === null ? 'cannot be told' : importance]),
)}
<div class="charts">${parameters.parameters.map((picture) => html`<figure>${parameterChart(picture, parameters.y)}</figure>`)}</div>`
    : html`<p>Nothing was evaluated well.</p>`
}
<h2>Health</h2>
<ul>${health.notes.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>
<h2>Failures</h2>
${
  overview.failures.length === 0
    ? html`<p>None.</p>`
    : table(
        ['failed', 'cause', 'for example', 'message'],
        overview.failures.map(({ count, cause, example, lastLine }) => [
          count,
          cause.kind,
          example,
          cut([cause.message, lastLine ?? ''].join(' ').trim()),
        ]),
      )
}
<h2>Cost</h2>
${table(null, [
  ['evaluations', countsOf(summary.evaluations)],
  ['attempts', grouped(summary.attempts)],
  ['node-hours', Number(summary.usage.nodeHours.toPrecision(3))],
  ['workers launched', summary.usage.steps],
  [
    'workers busy',
    summary.usage.busyFraction === null ? 'unknown' : `${Math.round(100 * summary.usage.busyFraction)} % of their time`,
  ],
])}
<h2>What was searched, and with what</h2>
${table(null, searchedOf(contents))}
${table(['parameter', 'may be'], space)}
${overview.settings.length === 0 ? null : table(['setting of the optimizer', 'value'], overview.settings)}
<h2>To reproduce it</h2>
<pre>${commandsOf(contents).join('\n')}</pre>
${table(null, factsOf(contents))}
</main>
<div id="views"></div>
<script type="application/json" id="answers">${new Markup(jsonInMarkup(contents.kept))}</script>
<script type="module">${new Markup(script)}</script>
</body>
</html>
`.text
}

/** The page of the dashboard, as it stands within a report: a policy lets nothing run but what has its hash. */
function parts(): { readonly script: string; readonly sheet: string } {
  const files = pageFiles()
  const text = (path: string) => files.get(path)!.content.toString()
  return { script: text('/page.js').trim(), sheet: `${text('/page.css')}${style}` }
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function around({ count, low, high, nearest }: Neighbourhood, objective: string): Markup {
  const sentence =
    count === 0
      ? 'No other individual that was looked at lies within 5 % of every range around the best.'
      : `Within 5 % of every range around the best lie ${plural(count, 'other individual')}, with ${objective} from ${short(low)} to ${short(high)}.`
  return html`<h3>Around the best</h3>
<p>${sentence} The nearest ones:</p>
${table(
  ['individual', objective, 'farthest parameter'],
  nearest.map(({ name, distance, fitness }) => [
    name,
    short(fitness),
    `${(100 * distance).toPrecision(2)} % of its range`,
  ]),
)}`
}

/** @param shown how many of the front stand in the table below */
function dominating(front: FrontAnswer, shown: number): Markup {
  const below = front.count > shown ? ` ${shown} of the front stand below.` : ''
  return html`${frontChart(front)}
<p>Across: ${front.x.name}, up: ${front.y.name}. The darker a place, the more evaluations; each dot is one of the front.${below}</p>`
}

/** How the best has become better; of a front, how its volume has grown, and each objective by itself. */
function convergence({ histories, front }: Contents): Markup {
  if (histories.length === 0) return html`<p>There is nothing to draw.</p>`
  const charts = histories.map(
    (history) => html`${historyChart(history)}
<p>${history.summary} The darker a place, the more evaluations; the strong line is the best so far, the thin one the median.</p>`,
  )
  if (front === null || front.volumes.length < 2) return html`${charts}`
  return html`${volumeChart(front)}<p>The hypervolume of the front over the generations.</p>${charts}`
}

function countsOf({ done, failed, stopped }: RunSummary['evaluations']): string {
  const onTheWay = stopped === undefined ? '' : `, ${grouped(stopped)} stopped on their way`
  return `${grouped(done)} done${onTheWay}, ${grouped(failed)} failed`
}
