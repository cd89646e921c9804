import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const root = join(import.meta.dirname, '../..')
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]
const twoloop = (directory: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(build, 'command/main.js'), ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

test('the code of the README and of the documents is the code of the examples', () => {
  const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n')
  const blocks = [...text.matchAll(/^```\w+ (test\/examples\/\S+)\n([\s\S]*?)^```$/gm)]
  expect(blocks.length).toBeGreaterThanOrEqual(6)
  for (const [, file, text] of blocks) expect(text, file).toBe(readFileSync(join(root, file!), 'utf8'))
})

test('every file that the README and the documents link to is there, and so is every heading', () => {
  for (const page of pages) {
    const links = readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]*)(?:#([^)]+))?\)/g)
    for (const [, link, anchor] of links) {
      const file = link ? join(root, page, '..', link) : join(root, page)
      expect(() => readFileSync(file), `${page}: ${link}`).not.toThrow()
      if (anchor) expect(anchorsOf(file), `${page}: ${link}#${anchor}`).toContain(anchor)
    }
  }
})

/** The headings of a page, as links name them. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('the main job finds the known answer of the boarding school outbreak', async () => {
  const directory = temporaryDirectory()
  const printed = twoloop(directory, 'run', join(root, 'test/examples/influenza.ts'))
  const { best } = await shown(directory, 'runs/influenza')
  const { transmission, recovery } = best.parameters
  expect(transmission).toBeGreaterThan(1.6)
  expect(transmission).toBeLessThan(1.8)
  expect(recovery).toBeGreaterThan(0.42)
  expect(recovery).toBeLessThan(0.48)
  expect(transmission / recovery).toBeGreaterThan(3.5)
  expect(transmission / recovery).toBeLessThan(3.9)
  expect(printed).toMatch(/R0\s+3\.8/)
  expect(printed).toContain('runs/influenza')
})

test('the call centre has the number of agents that is cheapest on average, and not on one lucky day', async () => {
  const directory = temporaryDirectory()
  const file = join(root, 'test/examples/call-centre.yaml')
  const bestOf = async (name: string) => (await shown(directory, `runs/${name}`)).best
  const { best } = JSON.parse(twoloop(directory, 'run', file, '--json'))
  expect(best.standardError).toEqual((await bestOf('call-centre')).standardError)
  expect(await bestOf('call-centre')).toMatchObject({ parameters: { agents: 9 }, standardError: [expect.any(Number)] })
  expect((await bestOf('call-centre')).fitness[0]).toBeCloseTo(3074, 0)
  twoloop(directory, 'run', file, '--name', 'once', '--set', 'optimizee.replications=1')
  expect(await bestOf('once')).toMatchObject({ parameters: { agents: 8 }, fitness: [2560] })
})

const python = hasPart('python3', () => hasProgram('python3'), 'the example of a simulation in Python')

test.skipIf(!python)('the Python spring is calibrated', async () => {
  const directory = temporaryDirectory()
  cpSync(join(root, 'test/examples/spring'), directory, { recursive: true })
  twoloop(directory, 'run', 'spring.yaml')
  const { best, evaluations } = await shown(directory, 'runs/spring')
  expect(evaluations.failed).toBe(0)
  expect(best.fitness[0]).toBeLessThan(0.2)
})

const gcc = hasPart('gcc', () => hasProgram('gcc'), 'the example of a simulation in C')

test.skipIf(!gcc)('the lightest beam that carries its load is found by a program in C with a template', async () => {
  const directory = temporaryDirectory()
  cpSync(join(root, 'test/examples/beam'), directory, { recursive: true })
  execFileSync('gcc', ['-Wall', '-Werror', '-o', 'beam', 'beam.c'], { cwd: directory })
  twoloop(directory, 'run', 'beam.yaml')
  const { best, evaluations } = await shown(directory, 'runs/beam')
  expect(evaluations.failed).toBe(0)
  const width = ((500 * 1000) / (6 * 160)) ** (1 / 3) // from the stress of 160 in a beam that is six times as high as wide
  expect(best.parameters.width / width).toBeCloseTo(1, 2)
  expect(best.parameters.height / (6 * width)).toBeCloseTo(1, 2)
})

const mpi = hasPart('mpirun', () => hasProgram('mpicc') && hasProgram('mpirun'), 'the example of a simulation with MPI')

test.skipIf(!mpi)(
  'what a rod conducts is found by a program of two processes that tell each other their ends',
  async () => {
    const directory = temporaryDirectory()
    cpSync(join(root, 'test/examples/rod'), directory, { recursive: true })
    execFileSync('mpicc', ['-Wall', '-Werror', '-o', 'rod', 'rod.c', '-lm'], { cwd: directory })
    // Open MPI refuses the superuser unless told otherwise, and to start more processes than there are processors.
    const allowed = {
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      OMPI_MCA_rmaps_base_oversubscribe: '1',
    }
    const settings = Object.entries(allowed).flatMap(([name, value]) => [
      '--set',
      `optimizee.environment.${name}=${value}`,
    ])
    twoloop(directory, 'run', 'rod.yaml', ...settings)
    const { best, evaluations } = await shown(directory, 'runs/rod')
    expect(evaluations).toMatchObject({ done: 20, failed: 0 })
    expect(best.parameters.diffusivity).toBeCloseTo(0.35, 2)
  },
)

/** What a program prints that imports the package, as one in a project would. */
function runProgram(directory: string, file: string): string {
  const program = `const { importBundled } = await import(${JSON.stringify(join(build, 'src/system/bundle.js'))})
    await importBundled(${JSON.stringify(join(root, file))})`
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: directory, encoding: 'utf8' })
}

test('the library example finds the minimum of the Rosenbrock function', async () => {
  const directory = temporaryDirectory()
  expect(runProgram(directory, 'test/examples/library.ts')).toMatch(/runs\/rosenbrock \[ \d/)
  const { best } = await shown(directory, 'runs/rosenbrock')
  expect(best.fitness[0]).toBeLessThan(0.05)
})

test('a runner and an environment that are made by a program search as those of an experiment do', async () => {
  const directory = temporaryDirectory()
  expect(runProgram(directory, 'test/examples/own-experiment.ts')).toMatch(/runs\/own-experiment 10 generations\n$/)
  expect(await shown(directory, 'runs/own-experiment')).toMatchObject({
    status: 'finished',
    generations: 10,
    evaluations: { done: 1000, failed: 0 },
  })
})
