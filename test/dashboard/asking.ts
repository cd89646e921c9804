import { request } from 'node:http'
import type { Dashboard } from '../../src/dashboard/dashboard.ts'

export interface Came {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request, byte for byte as it is given: no client mends its path or its headers. */
export function ask(dashboard: Dashboard, path: string, { method = 'GET', headers = {} }: Asking = {}): Promise<Came> {
  const { place } = dashboard
  const to = place.type === 'port' ? { host: '127.0.0.1', port: place.port } : { socketPath: place.path }
  return new Promise((resolve, reject) => {
    const asked = request({ ...to, path, method, headers: { host: 'localhost:8123', ...headers } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
    asked.on('error', reject).end()
  })
}

/** Exchanges the token for the cookie, as a browser does that opens the address. */
export async function enter(dashboard: Dashboard): Promise<string> {
  const { headers } = await ask(dashboard, `/?token=${dashboard.token}`)
  return String(headers['set-cookie']).split(';')[0]!
}

/** The answer to one who was let in. */
export async function answerTo<Answer>(
  dashboard: Dashboard,
  path: string,
): Promise<Answer & { readonly size: number }> {
  const { status, text } = await ask(dashboard, path, { headers: { cookie: await enter(dashboard) } })
  if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`)
  return { ...(JSON.parse(text) as Answer), size: Buffer.byteLength(text) }
}
