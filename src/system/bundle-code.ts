import { createHash } from 'node:crypto'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

const mapPrefix = '//# sourceMappingURL=data:application/json;base64,'

/** Code with its source map, which says where its sources lie: else they would be looked for beside the bundle, in the run. */
export function withMap(code: string, map: string, folder: string): string {
  const located = JSON.stringify({ ...JSON.parse(map), sourceRoot: pathToFileURL(join(folder, sep)).href })
  return `${code}${mapPrefix}${Buffer.from(located).toString('base64')}\n`
}

/** The hash of a bundle's code, whole or not. */
export function hashOfBundle(code: string): string {
  const at = code.lastIndexOf(mapPrefix)
  const end = at < 0 ? code.length : at
  const map = Buffer.from(code.slice(end + mapPrefix.length), 'base64').toString()
  const hash = createHash('sha256').update(code.slice(0, end))
  return hash.update(map.replace(/,"sourceRoot":"[^"]*"}$/, '}')).digest('hex')
}
