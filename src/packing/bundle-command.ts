import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { type BuildOptions, build, type OutputFile, type Plugin } from 'esbuild'
import { runningName } from '../system/own-parts.ts'
import { filesOf } from '../system/surface.ts'
import { Layers, loading, partsOf } from './layers.ts'
import { noticesOf } from './notices.ts'
import { replaceFiles } from './replace-files.ts'

const root = join(
  import.meta.dirname,
  basename(dirname(dirname(import.meta.dirname))) === 'dist' ? '../../..' : '../..',
)
const dist = join(root, 'dist')
const folder = join(dist, 'command')

/** Programs that the command starts: each is one file, since a process that lives for a second should load no second one. */
const programs = [
  'runtime/channel/heart-thread.js',
  'runtime/slurm/pilot.js',
  'src/batch/grid/thunk-program.js',
  'src/doctor/partner.js',
]

/** The program that is started most often: it is loaded as a layer is, so that only the first one is compiled. */
const worker = 'runtime/worker/worker.js'

/** What users' modules import by name; in the command's process it must be what the command has itself. */
const entries = ['src/index.js', 'optimizers/kit.js']

/** What loads the layers: it must need none of them. */
const loader = 'src/packing/load-layer.js'

/** What is loaded as one file: all that these files need, and that no layer before has. */
const layers = {
  base: ['src/cli/main.js'],
  reading: ['src/cli/status.js', 'src/cli/show-status.js'],
  searching: ['src/cli/run.js', 'src/cli/run-experiment.js'],
  optimizing: ['optimizers/genetic-algorithm.js'], // with what optimizers have in common
  designs: ['optimizers/designs/index.js'],
}

/**
 * Bundles a build's command, and the programs that it starts, into a few files: to load hundreds of small ones takes longer
 * than all else that most commands do. The other files of a build are what programs import, and what goes into the bundles
 * of optimizees.
 *
 * @param others further programs of the build, which are to start as fast
 */
export async function bundleCommand(others: readonly string[] = []): Promise<void> {
  const common = {
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['esbuild', 'better-sqlite3', 'better-sqlite3-v12'], // they have parts that are compiled for a machine
    minifyWhitespace: true, // names stay, for those who read where an error comes from
    lineLimit: 120, // as Node.js prints the line
    minifySyntax: true,
    legalComments: 'none', // licenses.txt has them
    logLevel: 'warning',
  } as const satisfies BuildOptions
  const split = { ...common, define: { 'import.meta.url': '__importMetaUrl' }, plugins: [rewritten] }
  const program = (path: string) => ({ in: join(dist, path), out: basename(path, '.js') })
  const imported = (path: string) => ({ in: join(dist, path), out: runningName(path).replace(/\.js$/, '') })
  const builds = await Promise.all([
    build({
      ...split,
      splitting: true,
      entryPoints: [...['src/cli/main.js', ...others].map(program), ...[...entries, ...surface()].map(imported)],
    }),
    build({ ...split, entryPoints: [...programs, loader].map(program) }),
  ])
  const parts = builds.flatMap(({ outputFiles, metafile }) => partsOf(outputFiles, metafile, folder))
  const bundled = new Layers(parts, layers)
  const scripts = await build({ ...common, ...bundled.scripts, ...asScripts })
  const names = scripts.outputFiles.map(({ path }) => basename(path))
  const beside = bundled.modulesBeside(names, basename(loader))
  const modules = await build({ ...common, ...beside, banner: { js: banner } })
  const define = { ...split.define, ...asScripts.define }
  const workers = await build({ ...split, ...asScripts, define, entryPoints: [program(worker)] })
  const inputs = [...builds, workers].flatMap(({ metafile }) => Object.keys(metafile.inputs))
  const named = ({ path, text }: OutputFile) => ({ name: relative(folder, path), text })
  const script = named(workers.outputFiles[0]!)
  replaceFiles(folder, [
    ...[...scripts.outputFiles.map(named), script].map(({ name, text }) => ({ name, text: withLoad(text) })),
    ...modules.outputFiles.map(named),
    { name: basename(worker), text: loading(basename(worker, '.js'), script.name, basename(loader)) },
    { name: 'licenses.txt', text: noticesOf(inputs, root) },
  ])
}

/** The files of the build that stand behind the names of its entries. */
function surface(): string[] {
  const files = entries.flatMap((entry) => [...filesOf(join(dist, entry)).values()])
  return [...new Set(files)].filter((file) => file.startsWith(dist)).map((file) => relative(dist, file))
}

/** CommonJS that was bundled asks for built-in modules by `require`, which a module does not have. */
const banner = [
  `import { createRequire as __createRequire } from 'node:module'`,
  'const __bundleUrl = import.meta.url',
  'const require = __createRequire(__bundleUrl)',
].join('; ')

/** A layer is a function: `load-layer.ts` says of what. Its file is named for its content. */
const asScripts = {
  format: 'cjs',
  entryNames: '[name]-[hash]',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.dirname': '__directory' },
  banner: { js: '(function (__layers, __load, require, __bundleUrl, __directory, module) { "use strict";' },
  footer: { js: '})' },
  logOverride: { 'ignored-bare-import': 'silent' }, // of layers below, which are loaded before
} as const satisfies BuildOptions

/** A script has no `import`: its loader gives it one. */
function withLoad(text: string): string {
  return text.replace(/\bimport\(/g, '__load(')
}

/** What is changed in files on their way into the bundles. */
const rewritten: Plugin = {
  name: 'rewritten',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^zod$/ }, ({ path, importer }) => {
      // The kit passes all of it on to those who write optimizers: they have the installed package.
      return importer === join(dist, 'optimizers', 'kit.js') ? { path, external: true } : undefined
    })
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      return { contents: path.endsWith(zodSchemas) ? readByZod(text) : withOwnPlace(withUsedOfZod(text), path) }
    })
  },
}

/** `import.meta.url` is where a file was before it was bundled, as what lies beside it is there; `import.meta.dirname` where it runs. */
function withOwnPlace(text: string, path: string): string {
  if (!path.startsWith(dist) || !text.includes('import.meta.url')) return text
  const place = JSON.stringify(relative(folder, path))
  return text.replace(/^(#!.*\n)?/, `$1const __importMetaUrl = new URL(${place}, __bundleUrl).href; `)
}

/** Of a namespace that is imported as such only what is used is bundled: not the forty languages that zod speaks. */
function withUsedOfZod(text: string): string {
  return text.replace(/import \{ z \} from ["']zod["']/, `import * as z from 'zod'`)
}

const zodSchemas = join('zod', 'v4', 'core', 'schemas.js')

/** A command reads with most schemas once or never: to compile a function for each takes longer than all that they read. */
function readByZod(text: string): string {
  const compiles = 'const jit = !core.globalConfig.jitless;'
  if (!text.includes(compiles))
    throw new Error(`${zodSchemas} decides in another way whether to compile: no ${compiles}`)
  return text.replace(compiles, 'const jit = false;')
}
