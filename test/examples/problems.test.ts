import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Objectives } from '../../src/core/objectives.ts'
import { real, Space } from '../../src/core/space.ts'
import { readWarmStart } from '../../src/search/warm-start.ts'
import { openDatabase } from '../../src/system/database.ts'
import { command, shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { canonicalExport } from '../search.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const twoloop = (directory: string, ...words: string[]) =>
  execFileSync(process.execPath, [join(build, 'command/main.js'), ...words], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
/** What a command prints that only reads. */
const read = async (directory: string, ...words: string[]) => (await command(words, { cwd: directory })).stdout
const example = (name: string) => join(import.meta.dirname, 'problems', name)

/** Where width = height / 6 and the stress is 160 MPa: width ** 3 = load * length / (6 * 160). */
const lightest = 6 * 7.85e-6 * 1000 * ((252 * 9.81 * 1000) / (6 * 160)) ** (2 / 3)

test('the cantilever is found that is as light as theory allows', async () => {
  expect(lightest).toBeCloseTo(8.85, 2)
  const directory = temporaryDirectory()
  twoloop(directory, 'run', example('cantilever.yaml'))
  const { best, evaluations } = await shown(directory, 'runs/cantilever')
  expect(evaluations.failed).toBe(0)
  expect(best.violation).toBeUndefined()
  expect(best.fitness[0]).toBeGreaterThanOrEqual(lightest - 1e-9)
  expect(best.fitness[0]).toBeLessThan(1.01 * lightest)
  const rows = (await read(directory, 'export', 'runs/cantilever', '--format', 'ndjson')).split('\n')
  for (const row of rows) {
    const { width, height, stress, tip, violation } = JSON.parse(row)
    expect(height).toBeLessThanOrEqual(6 * width)
    expect(violation).toBeCloseTo(Math.max(0, stress - 160) + Math.max(0, -8 - tip), 9)
  }
})

test('a cantilever that is light enough ends the search, which goes on without a limit to where it would have come', async () => {
  const directory = temporaryDirectory()
  const search = (...words: string[]) => {
    const { generations, reason } = JSON.parse(
      twoloop(directory, 'run', example('cantilever.yaml'), '--generations', '20', '--json', ...words),
    )
    return { generations, reason }
  }
  const table = (name: string) => canonicalExport(join(directory, 'runs', name))
  const enough = search('--set', 'limits={ target: 9 }')
  expect(enough.reason).toMatch(/^individual \d+\.\d+ has reached the target \(limits\.target: 9\)$/)
  const better = search('--set', 'limits={ target: 8.85, stagnation: 400 }')
  expect(better.reason).toMatch(/ has reached the target \(limits\.target: 8\.85\)$/)
  expect(better.generations).toBeGreaterThan(enough.generations)
  const tooFew = ['run', example('cantilever.yaml'), '--set', 'limits={ evaluations: 40 }']
  expect((await command(tooFew, { cwd: directory })).stderr).toMatch(/limits\.evaluations needs at least/)
  expect(twoloop(directory, 'resume', 'runs/cantilever')).toContain('limits.target: 8.85') // what was refused is not said again
  expect(search().generations).toBe(20)
  search('--name', 'unlimited')
  expect(table('cantilever')).toBe(table('unlimited'))
})

test('a search that starts from another knows which of its beams break', async () => {
  const directory = temporaryDirectory()
  twoloop(directory, 'run', example('cantilever.yaml'), '--generations', '3')
  await read(directory, 'export', 'runs/cantilever', '--output', 'beams.csv')
  const space = new Space<Record<string, unknown>>([
    ['width', real(5, 60)],
    ['height', real(20, 200)],
  ])
  const objectives = new Objectives({ mass: 'minimize' })
  for (const source of ['runs/cantilever', 'beams.csv']) {
    const { evaluations } = await readWarmStart(join(directory, source), { space, objectives })
    const [best] = [...evaluations].sort((a, b) => objectives.score(b) - objectives.score(a))
    expect(best).not.toHaveProperty('violation')
    expect(evaluations.some((one) => one.outcome === 'done' && one.violation !== undefined)).toBe(true)
  }
})

test('the house is found that costs least, of a thermostat, panes, a heater by name, and shutters', async () => {
  const directory = temporaryDirectory()
  // Each simulation is a process, and this seed needs a third as many as that of the file.
  const { best } = JSON.parse(
    twoloop(directory, 'run', example('heating.yaml'), '--seed', '2', '--generations', '3', '--json'),
  )
  expect(best.parameters).toMatchObject({ glazing: 'triple', heater: 'small-pump', shutters: false })
  expect(best.fitness[0]).toBeLessThan(1.01 * 2266) // of 12,546 houses, a centimetre of wool apart
  const rows = (await read(directory, 'export', 'runs/heating', '--format', 'ndjson')).split('\n')
  for (const { night } of rows.map((row) => JSON.parse(row))) expect(night % 0.5).toBe(0)
})

const hasPython = hasPart('python3', () => hasProgram('python3'), 'the example of a search by halves in Python')

/** Of relaxation, for a grid of 32 x 32 inner points, in the limit of many sweeps (Young 1954). */
const fastest = 2 / (1 + Math.sin(Math.PI / 33))

test.each(['relaxation', ...(hasPython ? ['relaxation-python'] : [])])(
  'the factor of %s is found with a part of the sweeps, and plates are relaxed from where they were',
  async (name) => {
    const directory = temporaryDirectory()
    twoloop(directory, 'run', example(`${name}.yaml`))
    const { best, evaluations } = await shown(directory, `runs/${name}`)
    expect(evaluations.failed).toBe(0)
    expect(best.parameters.factor).toBeGreaterThan(fastest - 0.1)
    expect(best.parameters.factor).toBeLessThan(fastest + 0.1)
    const record = openDatabase(join(directory, 'runs', name, 'trajectory.sqlite'), { readonly: true })
    const sums = record.prepare(
      `select sum(i.budget - coalesce(b.budget, 0)) as swept, count(b.budget) as continued, count(*) as individuals
       from individuals i left join individuals b on b.generation || '.' || b."index" = i.continues`,
    )
    const { swept, continued, individuals } = sums.get() as Record<string, number>
    record.close()
    expect(continued).toBeGreaterThan(10)
    expect(swept).toBeLessThan((81 * individuals!) / 4)
  },
)

test('the controllers of a front are as good as theory allows, and none is better', async () => {
  const directory = temporaryDirectory()
  const { best, front } = JSON.parse(twoloop(directory, 'run', example('controller.yaml'), '--json'))
  const told = await shown(directory, 'runs/controller', '--front')
  expect(front).toEqual({
    individuals: told.front.length,
    hypervolume: told.hypervolumes.at(-1),
    reference: { error: 2500, effort: 1000 },
  })
  expect(front.individuals).toBeGreaterThan(200)
  const objectives = told.front.map((one: { objectives: object }) => one.objectives)
  expect(objectives).toContainEqual(best.objectives)
  const beyondTheory = objectives
    .map(({ error, effort }: { error: number; effort: number }) => (effort * error ** 3) / ((27 / 64) * 1e8))
    .sort((a: number, b: number) => a - b)
  expect(beyondTheory[0]).toBeGreaterThan(0.999)
  expect(beyondTheory[beyondTheory.length >> 1]).toBeLessThan(1.2)
  const volumes = told.hypervolumes as number[]
  expect(volumes).toEqual([...volumes].sort((a, b) => a - b))
})

test('the cheapest solver of an orbit is found with the setting that it has, and none of what it has not', async () => {
  const directory = temporaryDirectory()
  twoloop(directory, 'run', example('orbit.yaml'))
  const { best } = await shown(directory, 'runs/orbit')
  expect(Object.keys(best.parameters)).toEqual(['solver', 'tolerance'])
  expect(best.violation).toBeUndefined()
  const rows = (await read(directory, 'export', 'runs/orbit', '--format', 'ndjson'))
    .split('\n')
    .map((row) => JSON.parse(row))
  for (const { solver, step, tolerance } of rows) {
    expect([typeof step, typeof tolerance]).toEqual(solver === 'rk4' ? ['number', 'object'] : ['object', 'number'])
  }
  const kept = rows.filter(({ solver, error }) => solver === 'rk4' && error <= 1e-3)
  for (const { evaluations } of kept) expect(evaluations).toBeGreaterThan(2 * best.fitness[0])
})

const hasNgspice = hasPart('ngspice', () => hasProgram('ngspice', '--version'), 'the filter of docs/problems.md')

test.skipIf(!hasNgspice)(
  'the filter that ngspice simulates is nearly the best of its series, and as theory has it',
  async () => {
    const directory = temporaryDirectory()
    const { best } = JSON.parse(twoloop(directory, 'run', example('filter.yaml'), '--json'))
    expect(best.violation).toBeUndefined()
    expect(best.objectives.stop).toBeLessThan(-40.7)
    const rows = (await read(directory, 'export', 'runs/filter', '--format', 'ndjson')).split('\n')
    for (const row of rows) {
      const { r1, r2, c1, c2, stop, cutoff, violation } = JSON.parse(row)
      expect(r1 + r2).toBeLessThanOrEqual(20_000)
      expect(violation).toBeCloseTo(Math.max(0, 1000 - cutoff), 6)
      const w = 2 * Math.PI * 20_000
      const [real, imaginary] = [1 - w ** 2 * r1 * r2 * c1 * c2 * 1e-18, w * (r1 * c1 + r2 * c2 + r1 * c2) * 1e-9]
      expect(stop).toBeCloseTo(-10 * Math.log10(real ** 2 + imaginary ** 2), 3)
    }
  },
)
