import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'
import { LongestFirst } from './longest-first.ts'

const root = join(import.meta.dirname, '..')
const build = join(root, 'dist')

/** Files that have been compiled before tests begin: all but the page, which is bundled. */
const compiled = /^(src\/(?!dashboard\/page\/)|optimizers\/|optimizees\/|runtime\/).*\.ts$/

/**
 * A test finds what it tests in the build, as the programs that it starts do. Vitest would translate every file again, and calls
 * between files would go through objects of its own: both together took a sixth of the processor time of tests that only compute.
 */
const fromBuild: Plugin = {
  name: 'from-build',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return undefined
    const name = relative(root, join(dirname(importer), source))
    return compiled.test(name) ? join(build, name.replace(/ts$/, 'js')) : undefined
  },
}

export default defineConfig({
  cacheDir: '../node_modules/.vite',
  plugins: [fromBuild],
  // Fixtures name the package, as a user's files do.
  resolve: {
    alias: [
      { find: /^twoloop$/, replacement: join(build, 'src/index.js') },
      { find: /^twoloop\/kit$/, replacement: join(build, 'optimizers/kit.js') },
    ],
  },
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: './bundled.ts',
    setupFiles: ['./property-seed.ts', './tell-running-test.ts', './left-as-found.ts'],
    // Each file would load all modules anew, which takes longer than most tests; `left-as-found.ts` sees to what it risks.
    isolate: false,
    server: { deps: { external: [new RegExp(`^(file://)?${literally(build)}/`)] } },
    // Tests start real processes and wait for events; a limit only ends what would never end, under any load.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Most files wait for processes of their own, for Slurm, or for time to pass, most of the time: with two files a core a quarter
    // of the processor time was nobody's.
    maxWorkers: Math.min(24, 3 * availableParallelism()),
    sequence: { sequencer: LongestFirst },
    reporters: ['default'],
  },
})

/** A pattern of a text: a clone may lie in `c++`. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
