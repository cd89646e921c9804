import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HostRecord } from '../../runtime/runner/benched-hosts.ts'
import { showStatus } from '../../src/cli/show-status.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { eventually, processesNaming } from '../processes.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const namespaces = hasPart(
  'unshare',
  () => hasProgram('unshare', '--uts', '--pid', '--fork', 'true'),
  'workers on other hosts are played by processes in namespaces of their own',
)
const program = (name: string) => join(import.meta.dirname, '../fixtures/programs', name)

test('a host on which most attempts of different individuals fail is benched, the only host never', () => {
  const hosts = new HostRecord(3)
  for (const individual of ['0.1', '0.2', '0.3', '0.4']) expect(hosts.failed('bad', individual)).toBe(false)
  for (let i = 0; i < 5; i++) hosts.succeeded('good')
  expect(hosts.failed('bad', '0.5')).toBe(true)
  expect(hosts.benched).toEqual(['bad'])
  const poison = new HostRecord(3)
  for (let i = 0; i < 5; i++) poison.succeeded('good')
  for (let i = 0; i < 9; i++) expect(poison.failed('other', '0.1')).toBe(false) // one individual's fault, not the host's
})

test.skipIf(!namespaces)('work goes on where simulations succeed, and the bad host gets none any more', async () => {
  const root = temporaryDirectory()
  mkdirSync(join(root, 'turns'))
  const { trajectory, directory } = await search({
    root,
    optimizee: 'host-dependent',
    options: { isBetter: join(root, 'is-better'), failures: join(root, 'failures') },
    populationSize: 30,
    generations: 2,
    runner: {
      workers: 2,
      lookAhead: 1,
      retries: 20,
      exec: ['sh', program('on-hosts.sh'), join(root, 'turns'), process.execPath],
    },
  })
  expect(trajectory.evaluations(1).every(({ outcome }) => outcome === 'done')).toBe(true)
  const record = RecordWriter.openForReading(directory)
  const failures = [...record.rows()]
    .flatMap((row) => record.attemptsOf(row))
    .filter(({ verdict }) => verdict === 'retried')
  record.close()
  expect(failures.length).toBeGreaterThanOrEqual(3)
  expect(failures.length).toBeLessThan(15)
  expect(new Set(failures.map(({ host }) => host))).toEqual(new Set(['bad']))
  expect(summarizeRun(directory)).toMatchObject({ benchedHosts: ['bad'], workers: { lost: 0 } })
  expect(await showStatus(directory)).toMatch(/^benched +bad: most attempts failed there$/m)
})

test.skipIf(!namespaces)(
  'a worker that was given up and cannot be reached answers late: recorded beside what was accepted, no error',
  async () => {
    const root = temporaryDirectory()
    const journal = join(root, 'journal')
    const released = join(root, 'released')
    // The first simulation of 0.2 hangs its worker until it is released; that worker lives where no signal reaches it.
    writeFileSync(journal, '')
    const enough = new AbortController()
    const verdicts = () => {
      const record = RecordWriter.openForReading(join(root, 'run'))
      const attempts = record.attemptsOf({ generation: 0, index: 2, replicate: 0 })
      record.close()
      return attempts.map(({ verdict }) => verdict)
    }
    const { trajectory } = await search({
      root,
      optimizee: 'stuck-once',
      options: { journal, released },
      populationSize: 6,
      generations: 1_000_000, // until the late answer is in the record
      runner: {
        workers: 2,
        timeout: '3s',
        exec: ['sh', program('in-own-namespaces.sh'), 'elsewhere', process.execPath],
      },
      signal: enough.signal,
      onProgress: ({ generation }) => {
        if (generation < 2) return
        if (!existsSync(released)) appendFileSync(released, '')
        else if (verdicts().includes('late-differs')) enough.abort(new Error('both have answered'))
      },
    })
    expect(trajectory.evaluations(0).map(({ outcome }) => outcome)).not.toContain('failed')
    expect(verdicts()).toEqual(['late-differs', 'accepted'])
    expect(
      readFileSync(journal, 'utf8')
        .split('\n')
        .filter((line) => line === '0.2'),
    ).toHaveLength(2)
    await eventually(() => processesNaming(root).length === 0, 'no process is left')
  },
)
