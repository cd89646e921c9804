import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** As much of a request as decides whether it is answered. */
export interface AskedRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** What is done with a request before anything is looked up for it. */
export type Admission =
  | { readonly type: 'admitted' }
  /** Who brings the token gets the cookie, and an address without the token. */
  | { readonly type: 'welcome'; readonly cookie: string }
  | { readonly type: 'refused'; readonly status: 403 | 405 | 421; readonly sentence: string }

/**
 * Decides who may look. Loopback is open to all users of a machine and to every page that a browser shows, so a request
 * needs the secret, a name that no foreign site can have, and must not come from another site.
 */
export class Guard {
  readonly token = randomBytes(32).toString('base64url')
  readonly #session = randomBytes(32).toString('base64url')
  readonly #cookieName: string

  /** @param place the port, since browsers send the cookies of all ports of a host to each of them */
  constructor(place: string) {
    this.#cookieName = `twoloop-${place}`
  }

  admit({ method, url, headers }: AskedRequest): Admission {
    const host = headers.host ?? ''
    if (!isLoopbackName(host)) {
      return refused(421, 'This page is served as localhost, 127.0.0.1 or [::1] only; open it by one of these names.')
    }
    if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
      return refused(403, 'Another site asked for this, which is not allowed.')
    }
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return refused(403, 'A link of another site led here; paste the address into the address bar.')
    }
    if (method !== 'GET' && method !== 'HEAD') return refused(405, 'This page only shows; it takes nothing.')
    const token = url.searchParams.get('token')
    if (url.pathname === '/' && token !== null && isSame(token, this.token)) {
      return { type: 'welcome', cookie: `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/` }
    }
    if (isSame(this.#sessionIn(headers.cookie), this.#session)) return { type: 'admitted' }
    return refused(403, 'Open the whole address that `twoloop dashboard` has printed: the token in it lets you in.')
  }

  #sessionIn(cookies = ''): string {
    const start = `${this.#cookieName}=`
    const found = cookies.split(/; */).find((cookie) => cookie.startsWith(start))
    return found?.slice(start.length) ?? ''
  }
}

/** Any port: that of a tunnel is another one than the server's. */
function isLoopbackName(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host)
}

/** Digests are compared, in the same time wherever they differ and however long the texts are. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

function refused(status: 403 | 405 | 421, sentence: string): Admission {
  return { type: 'refused', status, sentence }
}

/** What every answer carries: nothing is loaded from elsewhere, framed, sniffed, kept or told to other sites. */
export const protectiveHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const
