import { basename, relative } from 'node:path'
import type { BuildOptions, Metafile, OnResolveResult, OutputFile, Plugin } from 'esbuild'

/** One file that a bundler has made. */
export interface BundledPart {
  readonly name: string
  readonly text: string
  /** The file that it stands for, relative to the root of the build; undefined of what several have in common. */
  readonly entry: string | undefined
  readonly exports: readonly string[]
  /** The parts without which it cannot be loaded. */
  readonly needs: readonly string[]
}

export function partsOf(files: readonly OutputFile[], { outputs }: Metafile, folder: string): BundledPart[] {
  const described = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]))
  return files.map(({ path, text }) => {
    const name = relative(folder, path)
    const { entryPoint, exports, imports } = described.get(name)!
    const needed = imports.filter(({ kind, external }) => kind === 'import-statement' && !external)
    return { name, text, entry: entryPoint, exports, needs: needed.map(({ path }) => basename(path)) }
  })
}

/** What a bundler is to make, and of what. */
type Build = Required<Pick<BuildOptions, 'entryPoints' | 'plugins'>>

/**
 * How parts become few files. A bundler makes a part of every set of files that the same entries need, of which a command
 * then needs a hundred; a layer is one file of all the parts that some commands need. It is a script (see `load-layer.ts`):
 * a function, to be bundled as CommonJS, of the layers below it and of what a module finds around it.
 *
 * @param layers the files that each layer begins with; it has all that these need and that is in no layer before it
 */
export class Layers {
  readonly #names: readonly string[]
  readonly #layerOf: ReadonlyMap<string, string>
  readonly #parts: ReadonlyMap<string, PrefixedPart>

  constructor(parts: readonly BundledPart[], layers: Readonly<Record<string, readonly string[]>>) {
    this.#names = Object.keys(layers)
    this.#layerOf = assign(parts, layers)
    this.#parts = new Map(parts.map((part, i) => [part.name, { ...part, prefix: `p${i}_` }]))
  }

  /** The layers themselves, one script each. */
  get scripts(): Build {
    const plugin: Plugin = {
      name: 'layers',
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /.*/ }, ({ path, kind, importer, namespace }): OnResolveResult => {
          if (kind === 'entry-point') return { path, namespace: 'layer' }
          const name = path.replace(/^\.\//, '')
          const layer = this.#layerOf.get(name)
          const isInside = namespace === 'layer' || this.#layerOf.get(importer) === layer
          // What is loaded when it is needed may stand in a layer above, which is not there yet.
          if (layer === undefined || (kind === 'dynamic-import' && !isInside)) return { path, external: true }
          return { path: name, namespace: isInside ? 'part' : 'below', sideEffects: isInside }
        })
        onLoad({ filter: /.*/, namespace: 'layer' }, ({ path }) => {
          const lines = this.#partsIn(path).map((part) =>
            exporting(part, part.name, (name, own) => `${name} as ${own}`),
          )
          return { contents: lines.join('\n') }
        })
        onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => {
          return { contents: this.#parts.get(path)!.text }
        })
        onLoad({ filter: /.*/, namespace: 'below' }, ({ path }) => {
          const { exports, prefix } = this.#parts.get(path)!
          const own = exports.map((name) => `${name} = __layers.${this.#layerOf.get(path)}.${prefix}${name}`)
          return { contents: own.length === 0 ? '' : `export const ${own.join(', ')}` }
        })
      },
    }
    return { entryPoints: this.#names.map((name) => ({ in: name, out: name })), plugins: [plugin] }
  }

  /**
   * All other files: parts that are in no layer, and modules that stand for a layer or for a part in one.
   *
   * @param scripts the names of the layers' files: `base-HASH.cjs`
   * @param loader the part that exports `loadLayer`
   */
  modulesBeside(scripts: readonly string[], loader: string): Build {
    const plugin: Plugin = {
      name: 'beside-layers',
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /.*/ }, ({ path, kind, namespace }): OnResolveResult => {
          if (kind === 'entry-point') {
            if (this.#names.includes(path)) return { path, namespace: 'layer' }
            return { path, namespace: this.#layerOf.has(path) ? 'stand-in' : 'part' }
          }
          const name = path.replace(/^\.\//, '')
          const isStandIn = kind !== 'dynamic-import' && namespace === 'part' && this.#layerOf.has(name)
          return isStandIn ? { path: name, namespace: 'stand-in', sideEffects: true } : { path, external: true }
        })
        onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({ contents: this.#parts.get(path)!.text }))
        onLoad({ filter: /.*/, namespace: 'layer' }, ({ path }) => {
          const names = this.#partsIn(path).flatMap(({ exports, prefix }) => exports.map((name) => prefix + name))
          const below = this.#names.slice(0, this.#names.indexOf(path)).map((name) => `import './${name}.js'`)
          const script = scripts.find((name) => name.startsWith(`${path}-`))!
          return { contents: loading(path, script, loader, { below, names }) }
        })
        onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => {
          const part = this.#parts.get(path)!
          return { contents: exporting(part, `${this.#layerOf.get(path)}.js`, (name, own) => `${own} as ${name}`) }
        })
      },
    }
    const kept = [...this.#parts.values()].filter(({ name, entry }) => entry !== undefined || !this.#layerOf.has(name))
    const entryPoints = [...this.#names, ...kept.map(({ name }) => name)]
    return {
      entryPoints: entryPoints.map((name) => ({ in: name, out: name.replace(/\.js$/, '') })),
      plugins: [plugin],
    }
  }

  #partsIn(layer: string): PrefixedPart[] {
    return [...this.#parts.values()].filter(({ name }) => this.#layerOf.get(name) === layer)
  }
}

/** A module that loads a script as a layer, after those below it, and exports names of what that gives. */
export function loading(
  layer: string,
  script: string,
  loader: string,
  { below, names }: { readonly below: readonly string[]; readonly names: readonly string[] } = { below: [], names: [] },
): string {
  const load = `loadLayer('${layer}', '${script}')`
  const exported = names.length === 0 ? load : `export const { ${names.join(', ')} } = ${load}`
  return [`import { loadLayer } from './${loader}'`, ...below, exported].join('\n')
}

/** A part with what its names begin with where those of several stand side by side. */
interface PrefixedPart extends BundledPart {
  readonly prefix: string
}

/** Which layer each part is in, if any. Programs are in none: they are run, not imported. */
function assign(
  parts: readonly BundledPart[],
  layers: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, string> {
  const byName = new Map(parts.map((part) => [part.name, part]))
  const layerOf = new Map<string, string>()
  const take = ({ name, needs }: BundledPart, layer: string, isProgram: boolean) => {
    if (layerOf.has(name)) return
    if (!isProgram) layerOf.set(name, layer)
    for (const need of needs) take(byName.get(need)!, layer, false)
  }
  for (const [layer, files] of Object.entries(layers)) {
    for (const file of files) {
      const part = parts.find(({ entry }) => entry?.endsWith(file))
      if (part === undefined) throw new Error(`There is no bundle of ${file}, with which the layer ${layer} begins.`)
      take(part, layer, part.exports.length === 0)
    }
  }
  return layerOf
}

/** A module that passes on all that a part exports; of a part that exports nothing, that it is run. */
function exporting(
  { exports, prefix }: PrefixedPart,
  from: string,
  named: (name: string, own: string) => string,
): string {
  if (exports.length === 0) return `import './${from}'`
  return `export { ${exports.map((name) => named(name, `${prefix}${name}`)).join(', ')} } from './${from}'`
}
