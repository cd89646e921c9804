import { existsSync, lstatSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { dirname, resolve } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
import type { ServedAt } from './address.ts'
import { FoundRuns } from './found-runs.ts'
import { Guard, protectiveHeaders } from './guard.ts'
import { LiveStreams } from './live-streams.ts'
import { type PageFile, pageFiles } from './page-files.ts'
import { QueryError } from './query.ts'
import { RunAnswers } from './run-answers.ts'

export interface DashboardOptions {
  /** 0 is any that is free. */
  readonly port?: number | undefined
  /** The path of a socket instead of a port. */
  readonly socket?: string | undefined
}

/** The page of the runs under a directory, served on loopback or a socket until it is disposed of. It only reads. */
export class Dashboard implements AsyncDisposable {
  readonly place: ServedAt
  readonly runs: FoundRuns
  readonly #server: Server
  readonly #guard: Guard
  readonly #files: ReadonlyMap<string, PageFile> = pageFiles()
  readonly #answers: RunAnswers
  readonly #live: LiveStreams

  private constructor(server: Server, place: ServedAt, runs: FoundRuns) {
    this.#server = server
    this.place = place
    this.runs = runs
    this.#guard = new Guard(place.type === 'port' ? String(place.port) : `socket-${process.pid}`)
    this.#answers = new RunAnswers(runs)
    this.#live = new LiveStreams(runs)
    server.on('request', (request, response) => void this.#answer(request, response))
  }

  /** @throws ConfigurationError if there is no run, the page is not built, or the place is taken */
  static async open(directory: string, options: DashboardOptions = {}): Promise<Dashboard> {
    const runs = new FoundRuns(directory)
    pageFiles()
    const server = createServer({ maxHeaderSize: 8192, requestTimeout: 30_000 })
    const place =
      options.socket === undefined
        ? await listenOnPort(server, options.port ?? 0)
        : await listenOnSocket(server, resolve(options.socket)) // whole, since ssh looks for it from elsewhere
    return new Dashboard(server, place, runs)
  }

  get token(): string {
    return this.#guard.token
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#live.end()
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(protectiveHeaders)) response.setHeader(name, value)
    try {
      const url = addressIn(request.url)
      if ((request.headersDistinct.host ?? []).length > 1) throw new QueryError('wanted one Host header, got several')
      const admission = this.#guard.admit({ method: request.method ?? '', url, headers: request.headers })
      switch (admission.type) {
        case 'refused':
          return sendText(response, admission.status, admission.sentence)
        case 'welcome':
          response.setHeader('set-cookie', admission.cookie)
          response.writeHead(303, { location: '/' }).end()
          return
        case 'admitted':
          return await this.#show(url, request, response)
      }
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy()
      else if (error instanceof QueryError) sendJson(response, error.status, { problem: error.message })
      else sendJson(response, 500, { problem: error instanceof Error ? error.message : String(error) })
    }
  }

  async #show(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = this.#files.get(url.pathname)
    if (file) {
      response.writeHead(200, { 'content-type': file.type }).end(request.method === 'HEAD' ? undefined : file.content)
      return
    }
    if (url.pathname === '/api/live')
      return this.#live.add(url, request.method === 'HEAD' ? 'its head alone' : 'open', response)
    const answer = await this.#answers.of(url)
    if (answer === undefined) return sendText(response, 404, 'There is nothing at this address.')
    sendJson(response, answer.status, answer.body)
  }
}

/** @throws QueryError if it is none */
function addressIn(asked = '/'): URL {
  const address = `http://localhost${asked}` // so that no address leads to another host
  if (asked.startsWith('/') && URL.canParse(address)) return new URL(address)
  throw new QueryError(`wanted an address that begins with a slash, got ${JSON.stringify(asked.slice(0, 100))}`)
}

function listenOnPort(server: Server, port: number): Promise<ServedAt> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new ConfigurationError(`port ${port} is in use; give another one, or none and a free one is taken`, {
              cause: error,
            })
          : error,
      )
    })
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address()
      resolve({ type: 'port', port: typeof address === 'object' && address ? address.port : port })
    })
  })
}

/** Listens on a socket to which only its owner may connect: the mask is in force while the socket is made, so that it is never open to others. */
async function listenOnSocket(server: Server, path: string): Promise<ServedAt> {
  await removeDeadSocket(path)
  // The system says of that as well that it is not permitted.
  if (!existsSync(dirname(path))) throw new ConfigurationError(`there is no directory ${dirname(path)} for the socket`)
  const mask = process.umask(0o077)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(
          new ConfigurationError(
            `cannot make the socket ${path} (${error.code}); give another path in a directory of yours`,
            { cause: error },
          ),
        )
      })
      server.listen(path, resolve)
    })
  } finally {
    process.umask(mask)
  }
  return { type: 'socket', path }
}

/** A socket whose server was killed is left behind; one that answers is somebody's. */
async function removeDeadSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket())
    throw new ConfigurationError(`there is something at ${path} already; give another path for the socket`)
  const answer = await new Promise<string | undefined>((resolve) => {
    const attempt = connect(path)
    attempt
      .once('connect', () => resolve('it answers'))
      .once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    attempt.once('connect', () => attempt.destroy())
  })
  // Whatever else is said, as that it may not be connected to, somebody may be there.
  if (answer !== 'ECONNREFUSED')
    throw new ConfigurationError(`the socket ${path} is in use (${answer}); give another path`)
  rmSync(path)
}

function sendText(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`)
}

function sendJson(response: ServerResponse, status: number, body: string | object): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
}
