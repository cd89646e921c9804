import type { ServerResponse } from 'node:http'
import { summarizeRun } from '../record/summary.ts'
import type { LiveEvent } from './answers.ts'
import type { FoundRuns } from './found-runs.ts'
import { Query, QueryError } from './query.ts'
import { shownVersion } from './shown-version.ts'

/** How often records are looked at: on any file system, also on one that tells nobody of changes. */
const lookEveryMs = 1000

/** A browser tab is one stream; who opens more has lost track of them. */
const mostStreams = 32

interface Stream {
  readonly response: ServerResponse
  readonly directory: string
  version: string
  sent: number
}

/** The streams by which pages hear that a run has changed, and how far it is; what has changed they ask for themselves. */
export class LiveStreams {
  readonly #runs: FoundRuns
  readonly #streams = new Set<Stream>()
  #timer: NodeJS.Timeout | undefined

  constructor(runs: FoundRuns) {
    this.#runs = runs
  }

  /** @throws QueryError if there is no such run, or there are streams enough */
  add({ searchParams }: URL, kind: 'open' | 'its head alone', response: ServerResponse): void {
    const query = new Query(searchParams)
    const number = query.count('run', { low: 0, high: 999_999, otherwise: 999_999 })
    query.refuseOthers()
    const directory = this.#runs.directory(number)
    if (directory === undefined) throw new QueryError('wanted the number of a run')
    if (this.#streams.size >= mostStreams) throw new QueryError(`${mostStreams} pages are open already; close one`)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (kind !== 'open') {
      response.end()
      return
    }
    response.write('retry: 2000\n\n')
    const stream: Stream = { response, directory, version: '', sent: 0 }
    this.#streams.add(stream)
    response.once('close', () => {
      this.#streams.delete(stream)
      if (this.#streams.size === 0) this.#stop()
    })
    this.#tell(stream, new Told(directory))
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs)
  }

  end(): void {
    this.#stop()
    for (const { response } of this.#streams) response.end()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Each run is looked at once, however many pages show it. */
  #look(): void {
    const told = new Map<string, Told>()
    for (const stream of this.#streams) {
      const now = told.get(stream.directory) ?? new Told(stream.directory)
      told.set(stream.directory, now)
      this.#tell(stream, now)
    }
  }

  #tell(stream: Stream, told: Told): void {
    const { version } = told
    if (version === undefined || version === stream.version) return
    stream.version = version
    stream.response.write(`id: ${++stream.sent}\ndata: ${told.event}\n\n`)
  }
}

/** What is told of a run at one moment. */
class Told {
  readonly version: string | undefined
  readonly #directory: string
  #event: string | undefined

  constructor(directory: string) {
    this.#directory = directory
    this.version = shownVersion(directory)
  }

  /** JSON; it is looked for when the first asks. */
  get event(): string {
    this.#event ??= JSON.stringify(eventOf(this.#directory))
    return this.#event
  }
}

function eventOf(directory: string): LiveEvent | { readonly problem: string } {
  try {
    const { status, evaluations, generations, best } = summarizeRun(directory, { hash: false })
    return { status, ...evaluations, generations, best: best?.fitness ?? null }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}
