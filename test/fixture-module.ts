import { mkdirSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { replaceFile } from '../runtime/channel/run-file.ts'
import { bundle, importBundled } from '../src/system/bundle.ts'

/** A module of test/fixtures/optimizees, as a search needs it. */
export interface FixtureModule {
  /** What it exports, with this package as it is in this process. */
  readonly exported: Record<string, unknown>
  /** Its path, for workers. */
  readonly path: string
}

/** Tests are TypeScript, and so are their fixtures; programs of the tests that are started are built, beside theirs. */
const ownExtension = extname(fileURLToPath(import.meta.url))
const modules = new Map<string, Promise<FixtureModule>>()

/** Translated once in a process: tests search with the same few modules, hundreds of times. */
export function fixtureModule(name: string): Promise<FixtureModule> {
  const known = modules.get(name) ?? translate(name)
  modules.set(name, known)
  return known
}

async function translate(name: string): Promise<FixtureModule> {
  const source = fileURLToPath(new URL(`./fixtures/optimizees/${name}${ownExtension}`, import.meta.url))
  if (ownExtension === '.js') return { exported: await importBundled(source), path: source } // a program searches once
  const [exported, { code }] = await Promise.all([importBundled(source), bundle(source)])
  const path = join(import.meta.dirname, '../dist/test/translated', `${name}.mjs`)
  mkdirSync(dirname(path), { recursive: true })
  replaceFile(path, withoutFrame(code))
  return { exported, path }
}

/** A bundle without its first line, and without its source map: it gets others where each search bundles it again. */
function withoutFrame(code: string): string {
  const [, ...lines] = code.split('\n')
  return lines.filter((line) => !line.startsWith('//# sourceMappingURL=')).join('\n')
}
