import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { schedulers } from '../../../runtime/schedulers/scheduler.ts'
import { summarizeRun } from '../../../src/record/summary.ts'
import { eventually } from '../../processes.ts'
import { canonicalExport } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

const main = fileURLToPath(new URL('../../../dist/command/main.js', import.meta.url))
const fixtures = fileURLToPath(new URL('../../fixtures/schedulers/', import.meta.url))

/** A directory with the programs of both schedulers in `bin`, and `twoloop` run there. */
function machine() {
  const directory = temporaryDirectory()
  const bin = join(directory, 'bin')
  mkdirSync(bin)
  for (const name of ['qsub', 'bsub']) copyFileSync(join(fixtures, 'submit'), join(bin, name))
  for (const name of ['qstat', 'bjobs']) copyFileSync(join(fixtures, 'ask'), join(bin, name))
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}` }
  const twoloop = (...words: string[]) =>
    execa(process.execPath, [main, ...words], { cwd: directory, reject: false, env })
  /** The file for which all simulations but those of the first generation wait. */
  const gate = join(directory, 'gate')
  /** A search of 24 individuals, one after the other. */
  const write = () =>
    writeFileSync(
      join(directory, 'chain.yaml'),
      `name: chain
optimizee:
  command: [sh, -c, 'until [ "$TWOLOOP_GENERATION" = 0 ] || [ -e ${gate} ]; do sleep 0.1; done; echo "$0"', "{x}"]
  parameters: { x: { type: real, low: 0, high: 1 } }
  result: { from: stdout }
  objectives: { cost: minimize }
optimizer: { type: random-search, populationSize: 6, generations: 4, seed: 1 }
runner: { workers: 1 }
`,
    )
  return { directory, bin, gate, twoloop, write }
}

test.concurrent.each([
  {
    scheduler: 'pbs',
    job: '1.here',
    head: ['#PBS -N twoloop-chain', '#PBS -j oe', '#PBS -l walltime=00:01:00', '#PBS -q long'],
  },
  { scheduler: 'lsf', job: '1', head: ['#BSUB -J twoloop-chain', '#BSUB -W 1', '#BSUB -q long'] },
])(
  'a chain of jobs of $scheduler, each too short, comes to the same as one long run',
  async ({ scheduler, job, head }) => {
    const { directory, bin, gate, twoloop, write } = machine()
    write()
    writeFileSync(gate, '')
    expect((await twoloop('run', 'chain.yaml', '--name', 'whole')).exitCode).toBe(0)
    rmSync(gate)
    const hold = join(bin, 'jobs/hold')
    mkdirSync(join(bin, 'jobs'))
    writeFileSync(hold, '')
    const words = ['submit', 'chain.yaml', '--scheduler', scheduler, '--walltime', '1m', '--', '-q', 'long']
    const { stdout, stderr } = await twoloop(...words)
    expect(stdout, stderr).toBe(`chain: submitted as job ${job}\nsee it with  twoloop status runs/chain`)
    const folder = join(directory, `runs/chain.${scheduler}`)
    const lines = readFileSync(join(folder, 'job.sh'), 'utf8').split('\n')
    for (const line of head) expect(lines).toContain(line)
    expect(await twoloop(...words)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`has been submitted already: job ${job} waits or runs`),
    })
    rmSync(hold)
    const log = () => readFileSync(join(folder, 'log.txt'), 'utf8')
    const isOver = (number: number) =>
      existsSync(join(bin, `jobs/${number}/script`)) && !existsSync(join(bin, `jobs/${number}/queued`))
    await eventually(() => isOver(1), 'the first job ends')
    const numbers = () => readFileSync(join(folder, 'jobs'), 'utf8').trim().split('\n')
    await eventually(() => numbers().length > 1, 'another begins')
    writeFileSync(gate, '')
    const isLast = (number: number) => isOver(number) && !existsSync(join(bin, `jobs/${number + 1}`))
    await eventually(() => isLast(numbers().length), 'the chain ends')
    expect(summarizeRun(join(directory, 'runs/chain')).status, log()).toBe('finished')
    expect(canonicalExport(join(directory, 'runs/chain'))).toBe(canonicalExport(join(directory, 'runs/whole')))
  },
)

test('a chain needs to know how long its jobs last, and a scheduler that is there', async () => {
  const { twoloop, write } = machine()
  write()
  expect(await twoloop('submit', 'chain.yaml', '--scheduler', 'pbs')).toMatchObject({
    exitCode: 2,
    stderr: 'twoloop: --scheduler pbs needs to know how long each job lasts: give --walltime, like --walltime 4h',
  })
  const elsewhere = await execa(
    process.execPath,
    [main, 'submit', 'chain.yaml', '--scheduler', 'lsf', '--walltime', '1h'],
    { cwd: temporaryDirectory(), reject: false, env: { PATH: '/nowhere' } },
  )
  expect(elsewhere).toMatchObject({
    exitCode: 2,
    stderr: 'twoloop: bsub is not found on PATH: jobs are submitted where lsf is',
  })
})

test('a job that has ended is none that waits or runs, also where its scheduler still lists it', () => {
  const table = (state: string) => `Job ID  Name  User  Time Use S Queue
------- ----- ----- -------- - -----
12.here twoloop ann 00:00:01 ${state} batch
`
  const { pbs, lsf } = schedulers
  expect(['Q', 'R', 'H', 'E', 'C', 'F'].filter((state) => pbs.isQueued(table(state)))).toEqual(['Q', 'R', 'H', 'E'])
  expect(['PEND', 'RUN', 'DONE', 'EXIT'].filter((state) => lsf.isQueued(`${state}\n`))).toEqual(['PEND', 'RUN'])
})

test.each(Object.values(schedulers))('a job of $name has a name that means nothing to its scheduler', ({ options }) => {
  expect(options({ name: 'twoloop-a [1-3]', log: 'log.txt', seconds: 60 })[0]).toMatch(/ twoloop-a--1-3-?$/)
})
