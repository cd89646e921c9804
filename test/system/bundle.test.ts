import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadOptimizee } from '../../runtime/worker/load-optimizee.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { Individual, Optimizee } from '../../src/index.ts'
import { bundle, bundleForWorkers, importBundled } from '../../src/system/bundle.ts'
import { surfaceFor } from '../../src/system/surface.ts'

let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'twoloop-bundle-test-')))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** Runs a bundle the way a worker does: a file in another directory, in a plain Node.js. */
async function runElsewhere(code: string, expression: string, nodeArguments: string[] = []): Promise<unknown> {
  const elsewhere = mkdtempSync(join(tmpdir(), 'twoloop-bundle-elsewhere-'))
  try {
    writeFileSync(join(elsewhere, 'bundle.mjs'), code)
    writeFileSync(
      join(elsewhere, 'main.mjs'),
      `import * as module from './bundle.mjs'\nconsole.log(JSON.stringify(${expression}))`,
    )
    const { stdout } = await execa(process.execPath, [...nodeArguments, join(elsewhere, 'main.mjs')])
    return JSON.parse(stdout)
  } finally {
    rmSync(elsewhere, { recursive: true, force: true })
  }
}

const simulation = `
import { defineOptimizee, real } from 'twoloop'
export default defineOptimizee({
  parameters: { x: real(-5, 5) },
  objectives: { error: 'minimize' },
  simulate: ({ parameters }) => parameters.x ** 2,
})`

test('a bundled simulation runs in a plain Node.js, from any directory', async () => {
  const { code } = await bundle(file('square.ts', simulation))
  expect(await runElsewhere(code, `module.default.simulate({ parameters: { x: 3 } })`)).toBe(9)
})

test('a bundled simulation takes nothing heavy along', async () => {
  const { code } = await bundle(file('square.ts', simulation))
  const text = code.slice(0, code.indexOf('//# sourceMappingURL='))
  for (const heavy of ['execa', 'better-sqlite3', 'esbuild', 'chokidar', 'zod', 'ml-matrix', 'msgpackr', 'node:fs']) {
    expect(text).not.toContain(heavy)
  }
  expect(importsOf(text).filter((specifier) => specifier !== 'node:module')).toEqual([])
})

test('an experiment file whose simulation stands in it takes nothing heavy along either', async () => {
  const { code } = await bundle(
    file(
      'experiment.ts',
      `${simulation.replace('import {', 'import { defineExperiment,').replace('export default', 'const optimizee =')}
      export default defineExperiment({ optimizee, optimizer: { type: 'genetic-algorithm' } })`,
    ),
  )
  expect(code.slice(0, code.indexOf('//# sourceMappingURL='))).not.toContain('zod')
  expect(await runElsewhere(code, `module.default.optimizee.simulate({ parameters: { x: 3 } })`)).toBe(9)
})

function importsOf(code: string): string[] {
  return [...code.matchAll(/(?:^|;)\s*import\s*(?:[^'"]*?from\s*)?['"]([^'"]+)['"]/gm)].map((match) => match[1]!)
}

test('what the runner imports is of the classes that are running here', async () => {
  const { default: optimizee } = await importBundled(file('square.ts', simulation))
  expect(optimizee).toBeInstanceOf(Optimizee)
  const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, { x: 4 }, 1)
  expect((optimizee as Optimizee<{ x: number }>).simulate(individual, undefined as never)).toBe(16)
})

test('to workers a simulation is what was imported before, without what they have of this package themselves', async () => {
  const path = file('square.ts', simulation)
  await importBundled(path)
  const { code, hash, files } = await bundleForWorkers(path)
  expect(code).not.toContain('class ')
  expect(importsOf(code).filter((specifier) => specifier !== 'node:module')).toEqual([])
  expect(files).toEqual([path])
  expect((await bundleForWorkers(path)).hash).toBe(hash) // built anew
  const optimizee = await loadOptimizee(file('run/optimizee.mjs', code))
  expect(optimizee).toBeInstanceOf(Optimizee)
  const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, { x: 4 }, 1)
  expect(optimizee.simulate(individual as never, undefined as never)).toBe(16)
})

test('what has changed since it was imported is built anew for workers', async () => {
  file('power.ts', 'export const power = 2')
  const path = file('power-of.ts', `import { power } from './power.ts'${simulation.replace('** 2', '** power')}`)
  await importBundled(path)
  file('power.ts', 'export const power = 3')
  const optimizee = await loadOptimizee(file('run/optimizee.mjs', (await bundleForWorkers(path)).code))
  const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, { x: 2 }, 1)
  expect(optimizee.simulate(individual as never, undefined as never)).toBe(8)
})

test('a simulation that uses more of this package than workers have takes all of that along', async () => {
  const path = file('both.ts', `import { latinHypercube } from 'twoloop'${simulation}\nexport { latinHypercube }`)
  await importBundled(path)
  const { code } = await bundleForWorkers(path)
  expect(code).toBe((await bundle(path)).code)
  expect(await runElsewhere(code, `module.default.simulate({ parameters: { x: 3 } })`)).toBe(9)
})

test('what stands in the place of this package is there also where a module is reached by a link', async () => {
  mkdirSync(join(folder, 'run'))
  symlinkSync(join(folder, 'run'), join(folder, 'link'))
  const { code } = await bundleForWorkers(file('square.ts', simulation))
  file('run/optimizee.mjs', code)
  expect(await loadOptimizee(join(folder, 'link/optimizee.mjs'))).toBeInstanceOf(Optimizee)
})

test('a file that is imported again after a change is imported as it is now', async () => {
  const path = file('value.ts', 'export default 1')
  expect((await importBundled(path)).default).toBe(1)
  writeFileSync(path, 'export default 2')
  expect((await importBundled(path)).default).toBe(2)
})

test('every file of a bundle sees its own place, not that of the bundle', async () => {
  file('deeper/there.ts', 'export const there = [import.meta.url, import.meta.dirname, import.meta.filename]')
  file('deeper/common.cjs', 'exports.common = [__dirname, __filename]')
  const entry = file(
    'here.ts',
    `import { there } from './deeper/there.ts'
     import { common } from './deeper/common.cjs'
     export const here = [import.meta.url, import.meta.dirname, import.meta.filename]
     export { there, common }`,
  )
  const placeOf = (path: string) => [pathToFileURL(path).href, dirname(path), path]
  const expected = {
    here: placeOf(entry),
    there: placeOf(join(folder, 'deeper/there.ts')),
    common: [join(folder, 'deeper'), join(folder, 'deeper/common.cjs')],
  }
  expect(await runElsewhere((await bundle(entry)).code, 'module')).toEqual(expected)
  expect({ ...(await importBundled(entry)) }).toEqual(expected)
})

test('installed packages are found from the file that imports them, also by require, and are not copied', async () => {
  file(
    'node_modules/units/package.json',
    '{ "name": "units", "exports": { "import": "./esm.mjs", "require": "./common.cjs" } }',
  )
  file('node_modules/units/esm.mjs', 'export const how = "import"; export const at = import.meta.url')
  file('node_modules/units/common.cjs', 'exports.how = "require"; exports.at = __filename')
  file('sub/old.cjs', `const fs = require('fs'); module.exports = { ...require('units'), fs: typeof fs.readFileSync }`)
  const entry = file(
    'main.ts',
    `import { createRequire } from 'node:module'
     import * as modern from 'units'
     import old from './sub/old.cjs'
     const require = createRequire(import.meta.url)
     const own = require('units').how
     export { modern, old, own }
     export const late = (await import('units')).how`,
  )
  const { code } = await bundle(entry)
  expect(code.slice(0, code.indexOf('//# sourceMappingURL='))).not.toContain('"import"')
  expect(await runElsewhere(code, 'module')).toEqual({
    modern: { how: 'import', at: pathToFileURL(join(folder, 'node_modules/units/esm.mjs')).href },
    old: { how: 'require', at: join(folder, 'node_modules/units/common.cjs'), fs: 'function' },
    own: 'require',
    late: 'import',
  })
})

test('a package that is linked from its sources is translated like a file of the experiment', async () => {
  file('workspace/model/package.json', '{ "name": "model", "type": "module", "exports": "./index.ts" }')
  file('workspace/model/index.ts', 'enum Answer { yes = 42 }\nexport const answer: number = Answer.yes')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(folder, 'workspace/model'), join(folder, 'node_modules/model'))
  const { code } = await bundle(file('main.ts', `export { answer } from 'model'`))
  expect(await runElsewhere(code, 'module.answer')).toBe(42)
})

test('what is imported for its effect only is imported', async () => {
  file('node_modules/polyfill/package.json', '{ "name": "polyfill", "main": "index.js" }')
  file('node_modules/polyfill/index.js', 'globalThis.effects = ["package"]')
  file('package.json', '{ "sideEffects": false }')
  file('effect.ts', 'globalThis.effects.push("file")')
  const { code } = await bundle(file('main.ts', `import 'polyfill'\nimport './effect.ts'`))
  expect(await runElsewhere(code, 'globalThis.effects')).toEqual(['package', 'file'])
})

test('the source map leads back to the line that threw', async () => {
  const { code } = await bundle(
    file(
      'throws.ts',
      'interface Nothing {}\nconst me = import.meta.url\nexport default () => {\n  throw new Error(me)\n}',
    ),
  )
  const stack = await runElsewhere(
    code,
    '(() => { try { module.default() } catch (error) { return error.stack } })()',
    ['--enable-source-maps'],
  )
  expect(stack).toContain(`${join(folder, 'throws.ts')}:4:9`)
})

test('the same files give the same bundle, another content another hash', async () => {
  const entry = file('square.ts', simulation)
  const first = await bundle(entry)
  expect(await bundle(entry)).toEqual(first)
  writeFileSync(entry, simulation.replace('** 2', '** 4'))
  expect((await bundle(entry)).hash).not.toBe(first.hash)
})

test('a project that moves keeps the hashes of its modules', async () => {
  for (const make of [bundle, bundleForWorkers]) {
    const hashes = ['here', 'there'].map(async (place) => (await make(file(`${place}/square.ts`, simulation))).hash)
    const [here, there] = await Promise.all(hashes)
    expect(there).toBe(here)
  }
})

test.each([
  ['in the middle', 'export const a = 1\nexport default a +* 2\n', 2, 19],
  ['in the first line', 'export default import.meta.url +* 2\n', 1, 33],
])('a syntax error %s is one sentence with file, line and column', async (_, text, line, column) => {
  const entry = file('broken.ts', text)
  for (const read of [bundle, importBundled]) {
    const error = await read(entry).catch((reason) => reason)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toBe(`${entry}, line ${line}, column ${column}: Unexpected "*"`)
  }
})

test.each([
  [`import { commonSettings } from 'twoloop/kit'`, 'twoloop/kit exports no commonSettings, and twoloop does'],
  [`import { makeSpace } from 'twoloop'`, 'twoloop exports no makeSpace'],
])('%s is one sentence that names the package', async (line, sentence) => {
  const entry = file('wrong.ts', `${line}\nexport default [${/\w+(?= \})/.exec(line)}]`)
  await expect(importBundled(entry)).rejects.toThrow(`${entry}, line 1, column 10: ${sentence}`)
})

test('a bundler that is killed is not taken for a fault of the module, and the next module has another', async () => {
  const path = file('square.ts', simulation)
  const flag = join(folder, 'killed-once')
  const bundler = file(
    'bundler.sh',
    `#!/bin/sh\nmkdir ${flag} 2>/dev/null && { read -r line; kill -9 $$; }\nexec ${installedBundler()} "$@"`,
  )
  chmodSync(bundler, 0o700)
  const compiled = (name: string) => JSON.stringify(fileURLToPath(new URL(`../../dist/${name}`, import.meta.url)))
  const program = `
    const { importModule } = await import(${compiled('src/experiment-file/read.js')})
    for (const turn of [1, 2]) {
      try {
        const { default: optimizee } = await importModule('one.yaml: ./square.ts', ${JSON.stringify(path)})
        console.log(optimizee.space.names.join())
      } catch (error) {
        console.log(error.name, error.message)
      }
    }`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', program], {
    env: { ESBUILD_BINARY_PATH: bundler },
  })
  expect(stdout).toMatch(
    /^SearchFailedError esbuild, which bundles modules, did not come to an end with .*square\.ts \(The service was stopped.*\): it was killed.*\nx$/,
  )
})

/** The program that is started by esbuild's own code. */
function installedBundler(): string {
  return createRequire(createRequire(import.meta.url).resolve('esbuild')).resolve(
    `@esbuild/${process.platform}-${process.arch}/bin/esbuild`,
  )
}

test('an import that leads nowhere is one sentence with file, line and column', async () => {
  const entry = file('lost.ts', `\nimport nothing from './nowhere.ts'\nexport default nothing`)
  await expect(bundle(entry)).rejects.toThrow(`${entry}, line 2, column 21: Could not resolve "./nowhere.ts"`)
  const missing = file('missing.ts', `import nothing from 'not-installed'\nexport default nothing`)
  await expect(bundle(missing)).rejects.toThrow(`${missing}, line 1, column 21: Could not resolve "not-installed"`)
})

const formsOfImport = {
  list: `import { defineOptimizee as define, type ParameterMap, real } from 'twoloop'`,
  namespace: `import * as twoloop from 'twoloop'; const { defineOptimizee: define, real } = twoloop`,
  commented: `import { defineOptimizee as define, /* how far */ real } from 'twoloop'`,
}

test.each(Object.entries(formsOfImport))(
  'a simulation may import this package in any form (%s)',
  async (name, form) => {
    const body = simulation.replace(/import .*/, form).replace('defineOptimizee({', 'define({')
    const { code } = await bundle(file(`${name}.ts`, body))
    expect(await runElsewhere(code, `module.default.simulate({ parameters: { x: 3 } })`)).toBe(9)
  },
)

test('of this package only the files are read whose names are imported, and all where that is not sure', () => {
  const entry = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
  const surface = (text: string) => surfaceFor(text, 'twoloop', entry)?.split('\n')
  expect(surface(formsOfImport.list)).toEqual([
    `export { defineOptimizee } from ${JSON.stringify(join(dirname(entry), 'core/define-optimizee.ts'))}`,
    `export { real } from ${JSON.stringify(join(dirname(entry), 'core/space.ts'))}`,
  ])
  expect(surface(`import { DataCollector, type Model } from 'twoloop'`)).toEqual([
    `export { DataCollector } from ${JSON.stringify(join(dirname(entry), 'batch/mesa/data-collector.ts'))}`,
  ])
  for (const form of [formsOfImport.namespace, formsOfImport.commented, `${formsOfImport.list}; import('twoloop')`]) {
    expect(surface(form)).toBeUndefined()
  }
})
