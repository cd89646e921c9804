import { createHash } from 'node:crypto'
import { nameOf } from '../../core/individual.ts'
import { quoteWord } from '../../core/shell-words.ts'
import type { Manifest } from '../../record/rows.ts'
import { ScreenReader } from '../../record/screen-reader.ts'
import { recordedSpace } from '../../tables/recorded-space.ts'
import type { HealthAnswer, HistoryAnswer, OverviewAnswer, ParametersAnswer } from '../answers.ts'
import { Query } from '../query.ts'
import type { ViewContext } from '../view.ts'
import { health } from '../views/health.ts'
import { history } from '../views/history.ts'
import { overview, wordFor } from '../views/overview.ts'
import { parameters } from '../views/parameters.ts'
import { grouped, plural, short } from '../words.ts'
import { historyChart, parameterChart } from './charts.ts'
import { html, Markup, table } from './html.ts'
import { style } from './style.ts'

/** So many of the best stand in the table. */
const mostBest = 10

/** A value that is longer is cut. */
const longestValue = 300

/** Everything that a report says. */
interface Contents {
  readonly manifest: Manifest
  readonly hash: string
  readonly overview: OverviewAnswer
  readonly history: HistoryAnswer | undefined
  readonly parameters: ParametersAnswer | undefined
  readonly health: HealthAnswer
  readonly space: readonly (readonly [name: string, definition: string])[]
  readonly best: readonly (readonly (string | number)[])[]
  readonly directory: string
}

/** A run as one page without scripts, which asks for nothing: for a supplement, or to be sent. */
export async function reportOf(directory: string, now: number): Promise<string> {
  const record = ScreenReader.openForReading(directory)
  try {
    using _ = record.holdStill()
    return page(await contentsOf(record, now))
  } finally {
    record.close()
  }
}

async function contentsOf(record: ScreenReader, now: number): Promise<Contents> {
  const asked = (words: Readonly<Record<string, string>> = {}): ViewContext => ({
    record,
    query: new Query(new URLSearchParams(words)),
    now,
  })
  const manifest = record.manifest()
  const { done } = record.counts()
  return {
    manifest,
    hash: manifest.status === 'finished' && typeof manifest.hash === 'string' ? manifest.hash : record.hash(),
    overview: await overview(asked()),
    history: done === 0 ? undefined : history(asked({ columns: '240', rows: '112' })),
    parameters: done === 0 ? undefined : parameters(asked({ columns: '24', rows: '16' })),
    health: health(asked()),
    space: (recordedSpace(record)?.definitions ?? []).map(
      ([name, definition]) => [name, cut(JSON.stringify(definition))] as const,
    ),
    best: record
      .best(mostBest)
      .flatMap((one) =>
        one.outcome === 'done'
          ? [
              [
                nameOf(one.individual),
                ...one.fitness.map(short),
                cut(Object.entries(one.individual.parameters).map(inWords).join(', ')),
              ],
            ]
          : [],
      ),
    directory: record.directory,
  }
}

function page(contents: Contents): string {
  const { overview, history, parameters, health, best, space, manifest } = contents
  const { summary } = overview
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${summary.name}: a search with twoloop</title>
${styleElement}
</head>
<body>
<h1>${summary.name}</h1>
<p>${methods(contents)}</p>
<h2>Result</h2>
${best.length === 0 ? html`<p>No individual was simulated well.</p>` : table(['individual', ...Object.keys(summary.objectives), 'parameters'], best)}
<h2>Convergence</h2>
${history ? html`${historyChart(history)}<p>${history.summary} The darker a place, the more evaluations; the strong line is the best so far, the thin one the median.</p>` : html`<p>There is nothing to draw.</p>`}
<h2>Parameters</h2>
${
  parameters
    ? html`<p>Importance is the part of how individuals rank that a parameter explains alone, estimated from ${plural(parameters.sampled, 'evaluation')}.</p>
${table(
  ['parameter', 'importance'],
  parameters.parameters.map(({ x, importance }) => [x.name, importance === null ? 'cannot be told' : importance]),
)}
<div class="charts">${parameters.parameters.map((picture) => html`<figure>${parameterChart(picture, parameters.y)}</figure>`)}</div>`
    : null
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
  ['evaluations', `${grouped(summary.evaluations.done)} done, ${grouped(summary.evaluations.failed)} failed`],
  ['attempts', grouped(summary.attempts)],
  ['node-hours', Number(summary.usage.nodeHours.toPrecision(3))],
  ['workers launched', summary.usage.steps],
  [
    'workers busy',
    summary.usage.busyFraction === null ? 'unknown' : `${Math.round(100 * summary.usage.busyFraction)} % of their time`,
  ],
])}
<h2>What was searched, and with what</h2>
${table(['parameter', 'may be'], space)}
${table(['setting of the optimizer', 'value'], overview.settings)}
<h2>To reproduce it</h2>
<pre>${commandsOf(contents).join('\n')}</pre>
${table(null, factsOf(manifest, contents.hash))}
</body>
</html>
`.text
}

/** As it stands, since the policy has its hash. */
const styleElement = new Markup(`<style>${style}</style>`)

/** A paragraph for the methods section of a paper. */
function methods({ overview: { summary, settings }, manifest, space, hash }: Contents): string {
  const { optimizer, seed, objectives, evaluations, individuals, generations, best, status, order } = summary
  const aims = Object.entries(objectives).map(([name, aim]) =>
    typeof aim === 'number' ? `${name} weighed by ${aim}` : `${aim} ${name}`,
  )
  const names =
    space.length > 8 ? `${space.length} parameters` : space.map(([name]) => name).join(', ') || 'the parameters'
  const how = settings
    .filter(([name]) => name !== 'seed')
    .slice(0, 12)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
  const found = best
    ? ` The best individual, ${nameOf(best)}, has ${Object.keys(objectives)
        .map((name, i) => `${name} = ${short(best.fitness[i]!)}`)
        .join(', ')}.`
    : ' No individual was simulated well.'
  return [
    `We searched ${names} to ${aims.join(' and ')} with the optimizer ${optimizer ?? 'of a program'}${how === '' ? '' : ` (${cut(how)})`}`,
    ` of twoloop ${String(manifest.twoloop ?? '(version unknown)')}, seed ${seed ?? 'unknown'}, results told in the order \`${order}\`.`,
    ` ${grouped(evaluations.done)} of ${plural(individuals, 'individual')} in ${plural(generations, 'generation')} were simulated well, ${grouped(evaluations.failed)} failed; the search is ${status}.`,
    found,
    ` The SHA-256 of the canonical table of all individuals begins with ${hash.slice(0, 16)}.`,
  ].join('')
}

function commandsOf({ manifest, directory, overview: { summary } }: Contents): string[] {
  const words = Array.isArray(manifest.command) ? manifest.command.map(String) : []
  // The command is started by the path of its program.
  const started = words.map((word, i) => (i === 0 && /main\.[jt]s$/.test(word) ? 'twoloop' : quoteWord(word))).join(' ')
  const run = wordFor(directory)
  return [
    ...(started === '' ? [] : ['# as it was started', started, '']),
    '# the same table has the same SHA-256',
    `twoloop export ${run} --canonical | sha256sum`,
    ...(summary.best
      ? ['', '# simulates the best individual again, and compares', `twoloop replay ${run} ${nameOf(summary.best)}`]
      : []),
  ]
}

const factNames = {
  ...{
    twoloop: 'twoloop',
    node: 'Node.js',
    platform: 'platform',
    host: 'begun on',
    created: 'begun',
    commit: 'commit',
  },
  ...{
    code: 'code of the simulation (SHA-256)',
    simulation: 'what results depend on (SHA-256)',
    allocations: 'Slurm jobs',
  },
} as const

function factsOf(manifest: Manifest, hash: string): (readonly [string, string])[] {
  const known = Object.entries(factNames).flatMap(([key, name]) => {
    const value = manifest[key]
    return value === undefined || value === null
      ? []
      : [[name, cut(typeof value === 'string' ? value : JSON.stringify(value))] as const]
  })
  return [...known, ['canonical table (SHA-256)', hash]]
}

function inWords([name, value]: [string, unknown]): string {
  return `${name} ${typeof value === 'number' ? short(value) : JSON.stringify(value)}`
}

function cut(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}...` : text
}
