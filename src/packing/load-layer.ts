import { createRequire } from 'node:module'
import type { Script } from 'node:vm'

type Exports = Readonly<Record<string, unknown>>

/** What a layer's file holds: a function of what a module would find around it. */
type Layer = (
  layers: Readonly<Record<string, Exports>>,
  load: (specifier: string) => Promise<unknown>,
  require: (name: string) => unknown,
  url: string,
  directory: string,
  module: { exports: Exports },
) => void

interface Compiled {
  readonly script: Script
  readonly cache: string
  readonly isNew: boolean
}

const { dirname: directory, url } = import.meta
const require = createRequire(url)

// By `import` of `node:fs` all of Node.js's streams would be loaded, which its module exports and few processes need.
const { closeSync, openSync, readFileSync, renameSync, rmSync, writevSync } =
  require('node:fs') as typeof import('node:fs')
const { cachedDataVersionTag } = require('node:v8') as typeof import('node:v8')
const { Script: CompiledScript } = require('node:vm') as typeof import('node:vm')
const { crc32 } = require('node:zlib') as typeof import('node:zlib')

/** Built-in modules that themselves take long to load, and that most processes need late or never. */
const heavy = new Set(['node:child_process', 'node:crypto', 'node:net', 'node:worker_threads'])

/** V8 takes what it has compiled itself, with the same options that matter to its compiler, and nothing else. */
const compiler = `${process.version}-${process.arch}-${cachedDataVersionTag().toString(36)}`

const layers: Record<string, Exports> = {}
const compiled: Compiled[] = []

/**
 * Loads a layer of the bundled command. Node.js keeps what it compiles of a script, and in its earlier versions nothing of
 * modules: so a layer is a script, and the first process leaves beside it what the next ones need not compile. Whoever can
 * write there can write the layer itself; where nobody can, each process compiles.
 *
 * @param name what the layers above it call it
 * @param file its script, named for its content: V8 would take what was compiled of another one of its length
 * @returns what its parts export
 */
export function loadLayer(name: string, file: string): Exports {
  const path = `${directory}/${file}`
  const cache = `${path}-${compiler}.compiled`
  const cachedData = readCompiled(cache)
  const script = new CompiledScript(readFileSync(path, 'latin1'), { filename: path, ...(cachedData && { cachedData }) })
  if (compiled.length === 0) process.once('exit', keepCompiled)
  compiled.push({ script, cache, isNew: !cachedData || script.cachedDataRejected === true })
  const module: { exports: Exports } = { exports: {} }
  const run = script.runInThisContext() as Layer
  run(layers, (specifier) => import(specifier), requireLate, url, directory, module)
  layers[name] = module.exports
  return module.exports
}

/** What `require` gives; what is heavy is loaded when something in it is first used. */
function requireLate(name: string): unknown {
  return heavy.has(name) ? new Proxy({}, { get: (_, key) => Reflect.get(require(name), key) }) : require(name)
}

/** At the end, since a function is compiled when it is first called; of all layers, since this one calls others of those below. */
function keepCompiled(): void {
  if (compiled.some(({ isNew }) => isNew)) for (const layer of compiled) writeCompiled(layer)
}

/** Its last four bytes are a checksum of the others: V8 trusts what it is given, and a damaged file would end the process. */
function readCompiled(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path)
    const data = bytes.subarray(0, -4)
    return bytes.length > 4 && bytes.readUInt32LE(data.length) === crc32(data) ? data : undefined
  } catch {
    return undefined
  }
}

function writeCompiled({ script, cache }: Compiled): void {
  const unfinished = `${cache}-${process.pid}`
  try {
    const file = openSync(unfinished, 'wx')
    try {
      const data = script.createCachedData()
      const checksum = Buffer.alloc(4)
      checksum.writeUInt32LE(crc32(data))
      writevSync(file, [data, checksum])
    } finally {
      closeSync(file)
    }
    renameSync(unfinished, cache)
  } catch {
    // The place is read-only or full, and nothing depends on it.
    try {
      rmSync(unfinished, { force: true })
    } catch {
      // Nor can what another process of this number has left there be removed.
    }
  }
}
