import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { BuildFailure, Message, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { ConfigurationError, messageOf, SearchFailedError } from '../core/errors.ts'
import { hashOfBundle, withMap } from './bundle-code.ts'
import { digestOf } from './file-digest.ts'
import { importProviding, providedName, providedNames, takingProvided } from './import-providing.ts'
import { codeOfOwn } from './kept-bundle.ts'
import { keepOriginals, namesOfOriginals, prefixOf } from './originals.ts'
import { runningFile } from './own-parts.ts'
import { filesOf, surfaceFor } from './surface.ts'

export interface Bundle {
  /** One ECMAScript module, with its source map, that can be imported from any directory of this machine. */
  readonly code: string
  /** SHA-256 of the code, wherever its folder lies. */
  readonly hash: string
  /** The user's files in it. */
  readonly files: readonly string[]
}

/**
 * A user's module and all that it imports by relative paths as one file of plain JavaScript, made once, so that workers
 * need not translate. Installed packages stay outside, by absolute URL. This package is taken in, as far as it is used:
 * a simulation needs next to nothing of it.
 *
 * @throws ConfigurationError with file, line and column of the first thing that does not parse or cannot be found
 */
export async function bundle(entry: string): Promise<Bundle> {
  return bundleOf(await build(entry, 'taken in'))
}

/**
 * The same for workers of a run, by `loadOptimizee`: they provide what simulations use of this package, where that is all
 * that is imported of it. Then it is the bundle that was imported here before, if its files are as they were.
 */
export async function bundleForWorkers(entry: string): Promise<Bundle> {
  if (isOwn(entry)) {
    const code = await codeOfOwn(entry, async () => (await bundle(entry)).code)
    return { code, hash: hashOfBundle(code), files: [] }
  }
  const before = imported.get(entry)
  imported.delete(entry)
  const built = before !== undefined && isAsBuilt(before) ? before : await build(entry, 'provided')
  return built.isProvided ? bundleOf(built) : bundle(entry)
}

function bundleOf({ code, files }: Built): Bundle {
  return { code, hash: hashOfBundle(code), files: files.filter((path) => !isOwn(path)) }
}

/**
 * What a user's module exports, imported here and now. What it imports from this package is the one instance that is
 * running, so that its classes are the same; only the files that it needs of it are loaded.
 */
export async function importBundled(entry: string): Promise<Record<string, unknown>> {
  const built = await build(entry, 'provided')
  imported.set(entry, { ...built, digests: built.files.map(digestOf) })
  const directory = mkdtempSync(join(tmpdir(), 'twoloop-'))
  try {
    const file = join(directory, `${basename(entry, extname(entry))}.mjs`)
    writeFileSync(file, built.code)
    return await importProviding(file)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The user's files that a module was made of when it was last imported here; none once workers were given what it is. */
export function filesImportedBy(entry: string): readonly string[] {
  return (imported.get(entry)?.files ?? []).filter((path) => !isOwn(path))
}

/** The modules that were last imported here, until workers are given what they are. */
const imported = new Map<string, Built & { readonly digests: readonly (string | undefined)[] }>()

function isAsBuilt({ files, digests }: Built & { readonly digests: readonly (string | undefined)[] }): boolean {
  return files.every((path, i) => digests[i] !== undefined && digestOf(path) === digests[i])
}

/** Provided is what most simulations use, and whatever else there is of this package is then left outside. */
type OwnPackage = 'taken in' | 'provided'

interface Built extends Pick<Bundle, 'code' | 'files'> {
  /** Whether nothing of this package is left outside. */
  readonly isProvided: boolean
}

const self = fileURLToPath(import.meta.url)
const ownRoot = dirname(dirname(dirname(self)))
const ownFolders = ['src', 'optimizers', 'optimizees', 'runtime'].map((folder) => join(ownRoot, folder) + sep)
/** What users import of this package by name, where they have not installed it. */
const ownEntries: ReadonlyMap<string, string> = new Map([
  ['twoloop', join(ownRoot, 'src', `index${extname(self)}`)],
  ['twoloop/kit', join(ownRoot, 'optimizers', `kit${extname(self)}`)],
])

/** CommonJS that was bundled asks for packages by `require`, which a module does not have. */
const requireForCommonJs = [
  `import { createRequire as __createRequire } from 'node:module'`,
  'const require = __createRequire(import.meta.url)',
].join('; ')

async function build(entry: string, ownPackage: OwnPackage): Promise<Built> {
  const { build, stop } = loadBundler()
  const folder = dirname(entry)
  let isProvided = true
  const onLeftOutside = () => {
    isProvided = false
  }
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [entry],
      absWorkingDir: folder,
      bundle: true,
      write: false,
      metafile: true,
      outfile: join(folder, 'bundle.mjs'),
      format: 'esm',
      platform: 'node',
      target: 'node20',
      mainFields: ['main'],
      conditions: [], // those of Node.js, without esbuild's own `module`
      sourcemap: 'external',
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      banner: { js: ownPackage === 'provided' ? `${requireForCommonJs}; ${takingProvided}` : requireForCommonJs },
      define: namesOfOriginals,
      plugins: [resolvePackages(ownPackage, onLeftOutside), keepOriginals],
    })
    const inputs = Object.keys(metafile.inputs).filter((name) => !name.startsWith(`${surfaceNamespace}:`))
    const [map, code] = [...outputFiles].sort((a, b) => b.path.length - a.path.length).map(({ text }) => text)
    return { code: withMap(code!, map!, folder), files: inputs.map((name) => join(folder, name)), isProvided }
  } catch (error) {
    const [message] = (error as Partial<BuildFailure>).errors ?? []
    if (!message) {
      await stop() // else the next module would be told that there is no bundler any more
      throw bundlerFailure(entry, error)
    }
    throw new ConfigurationError(sentenceOf(message, folder), { cause: error })
  }
}

/** What became of the bundler itself, which is a process of its own: of a module it would have said where in it. */
function bundlerFailure(entry: string, error: unknown): SearchFailedError {
  return new SearchFailedError(
    `esbuild, which bundles modules, did not come to an end with ${entry} (${messageOf(error)}): it was killed, perhaps for want of memory, or cannot run here; the module may be well: try again.`,
    { cause: error },
  )
}

/** Without the threads of Node.js, which only its synchronous calls need; by `import` it takes 40 ms more. */
function loadBundler(): typeof import('esbuild') {
  const before = process.env.ESBUILD_WORKER_THREADS
  process.env.ESBUILD_WORKER_THREADS = '0'
  try {
    return createRequire(import.meta.url)('esbuild')
  } finally {
    if (before === undefined) delete process.env.ESBUILD_WORKER_THREADS
    else process.env.ESBUILD_WORKER_THREADS = before
  }
}

/**
 * Installed packages are left outside by absolute URL, since the bundle lies in a directory that does not see them. Those
 * that build on this package are taken in, so that what they import of it is what their importer does.
 */
function resolvePackages(ownPackage: OwnPackage, onLeftOutside: () => void): Plugin {
  return {
    name: 'packages',
    setup({ onResolve, onLoad, resolve }) {
      onLoad({ filter: /.*/, namespace: surfaceNamespace }, ({ pluginData }) => {
        return { contents: pluginData as string, resolveDir: ownRoot }
      })
      onResolve({ filter: /.*/ }, async (asked): Promise<OnResolveResult | undefined> => {
        if (asked.pluginData === passed || asked.kind === 'entry-point') return undefined
        const byOurselves = isOwn(asked.importer)
        // This package's own imports are bundled as far as they are used, a user's as a whole: they may be there for their side effects.
        if (isBuiltin(asked.path)) return { path: asked.path, external: true, sideEffects: !byOurselves }
        const ownEntry = ownEntries.get(asked.path)
        if (ownEntry !== undefined) {
          const surface = surfaceAskedBy(asked, ownEntry, ownPackage)
          if (surface !== undefined) return surface
        }
        const path = ownEntry ?? (await fileOf(asked, resolve))
        if (path === undefined) return undefined
        const own = isOwn(path)
        if (own && ownPackage === 'taken in') return { path, sideEffects: false }
        if (own) {
          onLeftOutside()
          return { path: addressOf(runningFile(path), asked.kind), external: true, sideEffects: false }
        }
        const outside = isPackage(asked.path) && isInstalled(path) && !importsUs(path)
        return outside ? { path: addressOf(path, asked.kind), external: true, sideEffects: !byOurselves } : { path }
      })
    },
  }
}

/** Keeps `resolve` from asking this plugin again. */
const passed = Symbol('passed')

const surfaceNamespace = 'surface'

/** What a file imports of this package, as a module; undefined if that may be anything. */
function surfaceAskedBy(asked: OnResolveArgs, entry: string, ownPackage: OwnPackage): OnResolveResult | undefined {
  const { path, importer, namespace, kind } = asked
  if (kind !== 'import-statement' || namespace !== 'file') return undefined
  const stand = { name: providedName, exports: providedNames }
  const isStanding = ownPackage === 'provided' && path === 'twoloop'
  const contents = surfaceFor(readFileSync(importer, 'utf8'), path, entry, isStanding ? stand : undefined)
  if (contents === undefined) return undefined
  const suffix = `?${createHash('sha256').update(contents).digest('hex')}`
  return { path, suffix, namespace: surfaceNamespace, pluginData: contents, sideEffects: false }
}

/** The file that esbuild finds; if there is none it says so itself, and knows better where. */
async function fileOf(asked: OnResolveArgs, resolve: PluginBuild['resolve']): Promise<string | undefined> {
  const { path: specifier, kind, importer, resolveDir } = asked
  if (isOwn(importer) && !isPackage(specifier)) return join(dirname(importer), specifier)
  const found = await resolve(specifier, { kind, importer, resolveDir, with: asked.with, pluginData: passed })
  return found.errors.length === 0 && found.namespace === 'file' && !found.external ? found.path : undefined
}

function isOwn(path: string): boolean {
  return ownFolders.some((folder) => path.startsWith(folder))
}

function isPackage(specifier: string): boolean {
  return !/^(?:\.{0,2}\/|\.{1,2}$)/.test(specifier)
}

function isInstalled(path: string): boolean {
  return path.split(sep).includes('node_modules')
}

/** Whether an installed package says that it needs this one. */
function importsUs(path: string): boolean {
  const [folder] = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(path) ?? []
  if (folder === undefined) return false
  try {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return 'twoloop' in { ...dependencies, ...peerDependencies }
  } catch {
    return false
  }
}

function addressOf(path: string, kind: OnResolveArgs['kind']): string {
  return kind === 'require-call' || kind === 'require-resolve' ? path : pathToFileURL(path).href
}

function sentenceOf({ text, location }: Message, folder: string): string {
  const sentence = aboutOwnNames(text) ?? text.replace(/\.?$/, '')
  if (!location) return sentence
  const { file, line, column, lineText } = location
  const prefix = line === 1 ? prefixOf(join(folder, file), lineText) : ''
  const before = lineText.startsWith(prefix) ? Buffer.byteLength(prefix) : 0
  return `${join(folder, file)}, line ${line}, column ${column - before + 1}: ${sentence}`
}

/** The bundler names what stands for this package there, which its users never see. */
function aboutOwnNames(text: string): string | undefined {
  const [, asked, name = ''] = /^No matching export in "surface:(.+)\?\w+" for import "(.+)"$/.exec(text) ?? []
  if (asked === undefined) return undefined
  const other = [...ownEntries.keys()].find((entry) => filesOf(ownEntries.get(entry)!).has(name))
  return `${asked} exports no ${name}${other === undefined ? '' : `, and ${other} does`}`
}
