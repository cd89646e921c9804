import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './longest-first.ts'

export default defineConfig({
  cacheDir: '../node_modules/.vite',
  // Fixtures name the package, as a user's files do: of all of its source, which a relative path leads to, a bundle would
  // take a second. In the process of a test, that name is the source that is tested.
  resolve: {
    alias: [
      { find: /^twoloop$/, replacement: join(import.meta.dirname, '../src/index.ts') },
      { find: /^twoloop\/kit$/, replacement: join(import.meta.dirname, '../optimizers/kit.ts') },
    ],
  },
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: './bundled.ts',
    setupFiles: ['./property-seed.ts', './tell-running-test.ts', './left-as-found.ts'],
    // Each file would load all modules anew, which takes longer than most tests; `left-as-found.ts` sees to what it risks.
    isolate: false,
    // Tests start real processes and wait for events; a limit only ends what would never end, under any load.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Most files wait for processes of their own, or for time to pass, most of the time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    reporters: ['default'],
  },
})
