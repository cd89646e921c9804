import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ScaleOptions } from './scale-runner.ts'

/** What a runner costs that serves many workers through a file system that tells it of nothing, as a shared one. */
export async function benchScale(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workers: { type: 'string', default: '1000' },
      /** A directory on the file system that is to be measured. */
      root: { type: 'string', default: tmpdir() },
      /** Seconds of a simulation. */
      simulation: { type: 'string', multiple: true, default: ['1', '10'] },
      pollInterval: { type: 'string', default: '25ms' },
    },
  })
  const most = Number(values.workers)
  if (!Number.isInteger(most) || most < 1) throw new Error(`--workers needs a number, got ${values.workers}`)
  const runs = []
  for (const simulation of values.simulation) {
    const options = { meanMs: Number(simulation) * 1000, seconds: 10, pollInterval: values.pollInterval }
    for (const workers of [most / 10, (most * 3) / 10, most].map(Math.ceil)) {
      runs.push(measure(values.root, { workers, ...options }))
    }
  }
  return { runs }
}

/** In a process of its own, whose memory and processor time are then its own as well. */
function measure(root: string, options: Omit<ScaleOptions, 'directory'>): unknown {
  const directory = mkdtempSync(join(root, 'twoloop-bench-'))
  try {
    const program = fileURLToPath(new URL('./scale-runner.js', import.meta.url))
    return JSON.parse(
      execFileSync(process.execPath, [program, JSON.stringify({ directory, ...options })], { encoding: 'utf8' }),
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
