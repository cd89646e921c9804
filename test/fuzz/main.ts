import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzzDefinitions } from './definitions.ts'
import { fuzzFrames } from './frames.ts'

/** `main.js --inputs N --seed S`: nine of ten inputs for the frame reader; prints one JSON line; exit code 1 if one was too much. */
const { values } = parseArgs({ options: { inputs: { type: 'string' }, seed: { type: 'string' } } })
const inputs = Number(values.inputs ?? 10_000)
const seed = Number(values.seed ?? 1)
const directory = mkdtempSync(join(tmpdir(), 'twoloop-fuzz-'))
const begin = performance.now()
try {
  const definitions = await fuzzDefinitions(directory, Math.ceil(inputs / 10), seed)
  const frames = fuzzFrames(directory, inputs - definitions.inputs, seed)
  const seconds = Math.round((performance.now() - begin) / 1000)
  console.log(JSON.stringify({ inputs: frames.inputs + definitions.inputs, seed, seconds, frames, definitions }))
  process.exitCode = frames.failures.length + definitions.failures.length > 0 ? 1 : 0
} finally {
  rmSync(directory, { recursive: true, force: true })
}
