import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { type DesignDefinitionInput, designKinds } from '../../../optimizers/designs/definition.ts'
import { Design } from '../../../optimizers/designs/index.ts'
import { Objectives } from '../../../src/core/objectives.ts'
import { type ParameterDefinition, parameterFrom, Space } from '../../../src/core/space.ts'
import { build } from '../../search-child.ts'
import { temporaryDirectory } from '../../temporary.ts'

const page = readFileSync(new URL('../../../docs/designs.md', import.meta.url), 'utf8')
const [parameters, playing] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => parse(yaml!))
const space = new Space<Record<string, unknown>>(
  Object.entries(parameters as Record<string, ParameterDefinition>).map(
    ([name, is]) => [name, parameterFrom(is)] as const,
  ),
)
const problem = { space, objectives: new Objectives({ error: 'minimize' }) }
const rows = [...page.matchAll(/^\| `(\{ kind: .*\})` \| .* \| (\d+) \|$/gm)].map(
  ([, yaml, points]) => [parse(yaml!) as DesignDefinitionInput, Number(points)] as const,
)

test.each(rows)('the page says how many points %j has', (definition, points) => {
  expect(new Design(problem, { design: definition }).design.size).toBe(points)
})

test('the page has every kind of design', () => {
  expect(designKinds.filter((kind) => !page.includes(`{ kind: ${kind}, `))).toEqual([])
})

test('the settings of the page are those of an optimizer', () => {
  const { type, ...settings } = playing.optimizer
  expect(type).toBe(Design.type)
  const { size, runs } = new Design(problem, settings).design
  expect([size, runs]).toEqual([64, 320])
})

test("the page's program tells the size of a design without running it", () => {
  const file = join(temporaryDirectory(), 'program.ts')
  writeFileSync(file, /```ts\n([\s\S]*?)```/.exec(page)![1]!)
  const program = `const { importBundled } = await import(${JSON.stringify(join(build, 'src/system/bundle.js'))})
    await importBundled(${JSON.stringify(file)})`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(printed).toMatch(/^64 320 \{ rate: [\d.e-]+ \}\nThe design has 64 points, 320 simulations in all\.\n$/)
})
