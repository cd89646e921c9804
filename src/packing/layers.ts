import { basename, relative } from 'node:path'
import type { Metafile, OnResolveResult, OutputFile, Plugin } from 'esbuild'

/** One file that a bundler has made. */
export interface Part {
  readonly name: string
  readonly text: string
  /** The file that it stands for, relative to the root of the build; undefined of what several have in common. */
  readonly entry: string | undefined
  readonly exports: readonly string[]
  /** The parts without which it cannot be loaded. */
  readonly needs: readonly string[]
}

export function partsOf(files: readonly OutputFile[], { outputs }: Metafile, folder: string): Part[] {
  const described = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]))
  return files.map(({ path, text }) => {
    const name = relative(folder, path)
    const { entryPoint, exports, imports } = described.get(name)!
    const needed = imports.filter(({ kind, external }) => kind === 'import-statement' && !external)
    return { name, text, entry: entryPoint, exports, needs: needed.map(({ path }) => basename(path)) }
  })
}

/**
 * How parts become few files. A bundler makes a part of every set of files that the same entries need, of which a command
 * then needs a hundred; a layer is one file of all the parts that some commands need. What stands for a part in a layer is
 * what the layer exports of it.
 *
 * @param layers the files that each layer begins with; it has all that these need and that is in no layer before it
 */
export function inLayers(
  parts: readonly Part[],
  layers: Readonly<Record<string, readonly string[]>>,
): { readonly entryPoints: { in: string; out: string }[]; readonly plugins: Plugin[] } {
  const layerOf = assign(parts, layers)
  const byName = new Map(parts.map((part, i) => [part.name, { ...part, prefix: `p${i}_` }]))
  const kept = parts.filter(({ name, entry }) => entry !== undefined || !layerOf.has(name)).map(({ name }) => name)
  const plugin: Plugin = {
    name: 'layers',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, kind, importer, namespace }): OnResolveResult => {
        if (kind === 'entry-point') {
          if (path in layers) return { path, namespace: 'layer' }
          return { path, namespace: layerOf.has(path) ? 'stand-in' : 'part' }
        }
        const name = path.replace(/^\.\//, '')
        const layer = layerOf.get(name)
        if (kind === 'dynamic-import' || namespace === 'stand-in' || layer === undefined)
          return { path, external: true }
        const isInside = namespace === 'layer' || layerOf.get(importer) === layer
        return { path: name, namespace: isInside ? 'part' : 'stand-in', sideEffects: true }
      })
      onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({ contents: byName.get(path)!.text }))
      onLoad({ filter: /.*/, namespace: 'layer' }, ({ path }) => {
        const inside = [...byName.values()].filter(({ name }) => layerOf.get(name) === path)
        const lines = inside.map((part) => exporting(part, part.name, (name, own) => `${name} as ${own}`))
        return { contents: lines.join('\n') }
      })
      onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => {
        const part = byName.get(path)!
        return { contents: exporting(part, `${layerOf.get(path)}.js`, (name, own) => `${own} as ${name}`) }
      })
    },
  }
  const entryPoints = [...Object.keys(layers), ...kept].map((name) => ({ in: name, out: name.replace(/\.js$/, '') }))
  return { entryPoints, plugins: [plugin] }
}

/** Which layer each part is in, if any. Programs are in none: they are run, not imported. */
function assign(
  parts: readonly Part[],
  layers: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, string> {
  const byName = new Map(parts.map((part) => [part.name, part]))
  const layerOf = new Map<string, string>()
  const take = ({ name, needs }: Part, layer: string, isProgram: boolean) => {
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
  { exports, prefix }: Part & { readonly prefix: string },
  from: string,
  named: (name: string, own: string) => string,
): string {
  if (exports.length === 0) return `import './${from}'`
  return `export { ${exports.map((name) => named(name, `${prefix}${name}`)).join(', ')} } from './${from}'`
}
