import { readFileSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Loader, OnLoadResult, Plugin } from 'esbuild'

/** What a file may ask about itself; the answers must be its own, not the bundle's. */
const originals: Readonly<Record<string, { readonly name: string; readonly of: (path: string) => string }>> = {
  'import.meta.url': { name: '__importMetaUrl', of: (path) => pathToFileURL(path).href },
  'import.meta.dirname': { name: '__importMetaDirname', of: dirname },
  'import.meta.filename': { name: '__importMetaFilename', of: (path) => path },
  __dirname: { name: '__commonJsDirname', of: dirname },
  __filename: { name: '__commonJsFilename', of: (path) => path },
}

/** What the bundler is to write for what a file asks. */
export const namesOfOriginals = Object.fromEntries(
  Object.entries(originals).map(([expression, { name }]) => [expression, name]),
)

/** Puts the answers into each file that asks. */
export const keepOriginals: Plugin = {
  name: 'originals',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path }): OnLoadResult | undefined => {
      const text = readFileSync(path, 'utf8') // in a tenth of the time that `readFile` takes; most are small and never wait
      const prefix = prefixOf(path, text)
      if (prefix === '') return undefined
      return { contents: prefix + text.replace(/^#!/, '//'), loader: loaderOf(path), resolveDir: dirname(path) }
    })
  },
}

/** Constants in front of a file's first line, so that its lines keep their numbers. */
export function prefixOf(path: string, text: string): string {
  if (!/import\s*\.\s*meta|__dirname|__filename/.test(text)) return ''
  return Object.values(originals)
    .map(({ name, of }) => `const ${name} = ${JSON.stringify(of(path))}; `)
    .join('')
}

function loaderOf(path: string): Loader {
  const extension = extname(path)
  if (extension.endsWith('x')) return extension.slice(1) as Loader
  return extension.endsWith('ts') ? 'ts' : 'js'
}
