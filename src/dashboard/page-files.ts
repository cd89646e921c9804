import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'

export interface PageFile {
  readonly type: string
  readonly content: Buffer
}

/** The files of the page by their addresses. There are no others: no address is ever made a path. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('twoloop/package.json')), 'dist', 'dashboard')
  const read = (name: string): Buffer => {
    try {
      return readFileSync(join(folder, name))
    } catch (cause) {
      throw new ConfigurationError(
        `the page is not built: there is no ${join(folder, name)}; build it with \`npm run build\``,
        { cause },
      )
    }
  }
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', content: Buffer.from(document) }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', content: read('page.js') }],
    ['/page.css', { type: 'text/css; charset=utf-8', content: read('page.css') }],
    ['/icon.svg', { type: 'image/svg+xml', content: Buffer.from(icon) }],
  ])
}

const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>twoloop</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body><noscript>This page needs JavaScript; <code>twoloop report RUN</code> writes one that does not.</noscript></body>
</html>
`

/** Two loops, one in the other. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-width="4"><circle cx="16" cy="16" r="13" stroke="#0077bb"/><circle cx="20" cy="16" r="6" stroke="#ee7733"/></svg>`
