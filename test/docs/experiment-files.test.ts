import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeSettings } from '../../src/core/settings.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import {
  commandSchema,
  experimentModuleSchema,
  moduleSchema,
  programSchema,
  resultPlaceSchema,
  wholeResultSchema,
} from '../../src/experiment-file/schema.ts'
import { UserFolder } from '../cli/folder.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/experiment-files.md'), 'utf8')

test.each([
  ['The experiment', experimentModuleSchema],
  ['A command', commandSchema],
  ['The result', wholeResultSchema],
  ['The result', resultPlaceSchema],
  ['A program', programSchema],
  ['A module', moduleSchema],
] as const)('every key is on the page of experiment files with its meaning: %s', (title, schema) => {
  const section = page.split(/^##+ /m).find((part) => part.startsWith(title))!
  for (const { name, meaning } of describeSettings(schema)) {
    expect(meaning).not.toBe('')
    expect(section.split('\n')).toContain(`| \`${name}\` | ${meaning} |`)
  }
})

test("the page's examples are experiments", async () => {
  const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  expect(examples.length).toBeGreaterThanOrEqual(2)
  using folder = new UserFolder()
  for (const [i, text] of examples.entries()) {
    const { name } = await loadExperiment(folder.write(`${i}.yaml`, text))
    expect(text).toContain(`name: ${name}`)
  }
})
