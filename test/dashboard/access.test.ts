import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressesOf, thisMachine } from '../../src/dashboard/address.ts'
import { Dashboard } from '../../src/dashboard/dashboard.ts'
import { temporaryDirectory } from '../temporary.ts'
import { ask, enter } from './asking.ts'
import { writeRun } from './written-run.ts'

const root = mkdtempSync(join(tmpdir(), 'twoloop-dashboard-'))
beforeAll(() => {
  writeRun(root, { name: 'small', generations: 3, populationSize: 4 })
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

test('without the token nothing is shown, and the refusal says where it is', async () => {
  await using dashboard = await Dashboard.open(root)
  for (const path of [
    '/',
    '/page.js',
    '/api/runs',
    '/api/live?run=0',
    '/?token=',
    '/?token=wrong',
    '/api/runs?token=',
  ]) {
    const { status, text } = await ask(dashboard, path)
    expect([path, status]).toEqual([path, 403])
    expect(text).toContain('twoloop dashboard')
  }
  const wrong = { headers: { cookie: `${(await enter(dashboard)).split('=')[0]}=${dashboard.token}` } }
  expect((await ask(dashboard, '/api/runs', wrong)).status).toBe(403)
})

test('the token is exchanged for a cookie that no script, site or other port can use, and leaves the address', async () => {
  await using dashboard = await Dashboard.open(root)
  const { status, headers } = await ask(dashboard, `/?token=${dashboard.token}`)
  const port = dashboard.place.type === 'port' ? dashboard.place.port : 0
  expect([status, headers.location]).toEqual([303, '/'])
  const [cookie] = headers['set-cookie'] as string[]
  expect(cookie).toMatch(new RegExp(`^twoloop-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`))
  expect(cookie).not.toContain(dashboard.token)
  const entered = await ask(dashboard, '/', { headers: { cookie: `other=1; ${cookie!.split(';')[0]}` } })
  expect([entered.status, entered.text.slice(0, 15)]).toEqual([200, '<!doctype html>'])
})

test('it answers to names of loopback only, with any port, since a tunnel has another', async () => {
  await using dashboard = await Dashboard.open(root)
  const cookie = await enter(dashboard)
  const statusAs = async (host: string) => (await ask(dashboard, '/api/runs', { headers: { host, cookie } })).status
  for (const host of ['localhost', 'localhost:1', '127.0.0.1:65535', '[::1]:8123', 'LOCALHOST:8123']) {
    expect([host, await statusAs(host)]).toEqual([host, 200])
  }
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    'evil.example:8123',
    '10.0.0.1',
  ]) {
    expect([host, await statusAs(host)]).toEqual([host, 421])
  }
})

test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
  'what another site asks for by %s is refused, and it may not read why',
  async (method) => {
    await using dashboard = await Dashboard.open(root)
    const cookie = await enter(dashboard)
    const from: readonly Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:9999' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of from) {
      const came = await ask(dashboard, '/api/runs', { method, headers: { cookie, ...headers } })
      expect([headers, came.status]).toEqual([headers, 403])
      expect(Object.keys(came.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    const own = { cookie, origin: 'http://localhost:8123', 'sec-fetch-site': 'same-origin' }
    const { status } = await ask(dashboard, '/api/runs', { method, headers: own })
    expect(status).toBe(method === 'GET' || method === 'HEAD' ? 200 : 405)
  },
)

test('every answer forbids what the page does not need', async () => {
  await using dashboard = await Dashboard.open(root)
  const cookie = await enter(dashboard)
  for (const path of ['/', '/page.js', '/api/runs', '/nothing', '/api/runs/0/history?over=nonsense']) {
    const { headers } = await ask(dashboard, path, { headers: { cookie } })
    const policy = String(headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'none'; /)
    expect(policy).not.toMatch(/unsafe|\*|data:|blob:/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    })
  }
  const { text } = await ask(dashboard, '/', { headers: { cookie } })
  expect(text).not.toMatch(/<script(?! type="module" src="\/page\.js"><\/script>)|<style| on\w+=/)
})

test('no address becomes a path: there is nothing but the files of the page and runs by number', async () => {
  await using dashboard = await Dashboard.open(root)
  const cookie = await enter(dashboard)
  const paths = [
    '/../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/page.css/../../package.json',
    '/api/runs/small/overview',
  ]
  const views = ['/api/runs/0/__proto__', '/api/runs/0/constructor', '/api/runs/7/overview', '/api/runs/-1/overview']
  for (const path of [...paths, ...views, '/api/runs/0/../1/overview', '//evil.example/']) {
    expect([path, (await ask(dashboard, path, { headers: { cookie } })).status]).toEqual([path, 404])
  }
})

test('an address that is none is refused in a sentence, and who asks for a head alone takes no stream', async () => {
  await using dashboard = await Dashboard.open(root)
  const cookie = await enter(dashboard)
  const { status, text } = await ask(dashboard, 'http://evil.example:moon/', { headers: { cookie } })
  expect([status, JSON.parse(text).problem]).toEqual([
    400,
    'wanted an address that begins with a slash, got "http://evil.example:moon/"',
  ])
  for (const words of ['', '?run=', '?run=1e9', '?run=0&foo=1']) {
    expect((await ask(dashboard, `/api/live${words}`, { headers: { cookie } })).status).toBe(400)
  }
  const twice = await said(dashboard, [
    'GET /api/runs HTTP/1.1',
    'Host: localhost',
    'Host: evil.example',
    `Cookie: ${cookie}`,
  ])
  expect(twice).toMatch(/^HTTP\/1\.1 400 /)
  expect(twice).toContain('wanted one Host header, got several')
  const head = await ask(dashboard, '/api/live?run=0', { method: 'HEAD', headers: { cookie } })
  expect([head.status, head.headers['content-type'], head.text]).toEqual([200, 'text/event-stream', ''])
})

test('a socket is for its owner alone, is served like a port, and is gone at the end', async () => {
  const socket = join(temporaryDirectory(), 'page.sock')
  {
    await using dashboard = await Dashboard.open(root, { socket })
    expect(statSync(socket).mode & 0o777).toBe(0o700)
    const cookie = await enter(dashboard)
    expect((await ask(dashboard, '/api/runs', { headers: { cookie } })).status).toBe(200)
    await expect(Dashboard.open(root, { socket })).rejects.toThrow(`the socket ${socket} is in use`)
  }
  expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined()
  writeFileSync(socket, 'something')
  await expect(Dashboard.open(root, { socket })).rejects.toThrow(`there is something at ${socket} already`)
  const nowhere = join(root, 'nowhere')
  await expect(Dashboard.open(root, { socket: join(nowhere, 's') })).rejects.toThrow(`there is no directory ${nowhere}`)
})

test('a port that is in use, and a place without runs, are told in a sentence', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await expect(Dashboard.open(root, { port })).rejects.toThrow(`port ${port} is in use`)
  server.close()
  await expect(Dashboard.open(join(root, 'nowhere'))).rejects.toThrow(`there is no directory ${join(root, 'nowhere')}`)
  const empty = temporaryDirectory()
  await expect(Dashboard.open(empty)).rejects.toThrow(`there are no runs in ${empty}`)
})

test('the tunnel is a whole command, through the login node where the page is in a job', () => {
  const port = { type: 'port', port: 41_237 } as const
  const login = thisMachine({}, 'ada', 'login3')
  expect(addressesOf(port, login, 'T')).toEqual({
    here: 'http://127.0.0.1:41237/?token=T',
    tunnel: 'ssh -N -L 41237:127.0.0.1:41237 ada@login3',
    through: 'http://localhost:41237/?token=T',
  })
  const job = { SLURM_JOB_ID: '7', SLURMD_NODENAME: 'node017', SLURM_SUBMIT_HOST: 'login3' }
  const { tunnel } = addressesOf(port, thisMachine(job, 'ada', 'node017.cluster'), 'T')
  expect(tunnel).toBe('ssh -N -J ada@login3 -L 41237:127.0.0.1:41237 ada@node017')
  const socket = addressesOf({ type: 'socket', path: '/home/ada/my page.sock' }, login, 'T')
  expect(socket).toEqual({
    here: undefined,
    tunnel: "ssh -N -L 8123:'/home/ada/my page.sock' ada@login3",
    through: 'http://localhost:8123/?token=T',
  })
})

/** What is answered to lines that no client would write. */
function said({ place }: Dashboard, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(place.type === 'port' ? place.port : 0, '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', reject).on('close', () => resolve(text))
    socket.write([...lines, 'Connection: close', '', ''].join('\r\n'))
  })
}
