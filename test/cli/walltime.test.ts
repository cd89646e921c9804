import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { jobVariables } from '../../runtime/schedulers/job-variables.ts'
import { Walltime } from '../../src/cli/walltime.ts'
import type { Progress } from '../../src/search/tally.ts'
import { eventually } from '../processes.ts'
import { temporaryDirectory } from '../temporary.ts'

test('that the time limit of the job was raised is noticed, also after its end had been near', async () => {
  const endsIn = inJob({})
  endsIn(60)
  const said: string[] = []
  using walltime = new Walltime((sentence) => said.push(sentence))
  expect(walltime.deadline.left).toBeLessThan(60 * 60_000)
  walltime.deadline.setIn(0) // as after a warning
  await walltime.look()
  expect(walltime.deadline.left).toBeLessThanOrEqual(0) // nothing has changed
  endsIn(600)
  await walltime.look()
  expect(walltime.deadline.left).toBeGreaterThan(60 * 60_000)
  expect(said).toEqual([expect.stringMatching(/^The allocation now ends in .+\.$/)])
})

test.each([
  ['that Slurm gives early does not take time away', '', 3, [2, 3]],
  ['of what comes long before the end counts as it is', '', 60, [0, 2]],
  ['before a preemption counts, whatever end the job was to have', ' PreemptTime=2026-01-01T00:00:00', 60, [0, 2]],
  ['before a preemption leaves no more than the end that Slurm sets', ' PreemptTime=2026-01-01T00:00:00', 1, [-9, 1]],
])('a warning %s', async (_, details, minutes, [least, most]) => {
  const warned = join(temporaryDirectory(), 'warned')
  const endsIn = inJob({ [jobVariables.warning]: '120', [jobVariables.warned]: warned })
  endsIn(60)
  const said: string[] = []
  using walltime = new Walltime((sentence) => said.push(sentence))
  endsIn(minutes, details)
  await walltime.listen()
  expect(said).toEqual([]) // nobody has warned
  writeFileSync(warned, '')
  await eventually(() => said.length > 0, 'the warning is heeded')
  await walltime.listen()
  expect(said).toEqual([expect.stringMatching(/^The allocation ends soon: /)])
  expect(walltime.deadline.left).toBeGreaterThan(least! * 60_000)
  expect(walltime.deadline.left).toBeLessThan(most! * 60_000)
})

test('a chain goes on after an allocation in which nothing could end, but not after two, nor where nothing ever has', () => {
  const folder = temporaryDirectory()
  const again = join(folder, 'again')
  inJob({ [jobVariables.again]: again })(60)
  const said: string[] = []
  /** An allocation that begins and ends with so many simulations over. */
  const goesOn = (before: number, after: number): boolean => {
    rmSync(again, { force: true })
    using walltime = new Walltime((sentence) => said.push(sentence))
    for (const simulated of [before, after]) walltime.update({ simulated } as Progress)
    const goesOn = walltime.goOn({ status: 'stopped', isOutOfTime: true })
    expect(existsSync(again)).toBe(goesOn)
    return goesOn
  }
  expect(goesOn(0, 0)).toBe(false)
  expect(said.splice(0)).toEqual([
    expect.stringMatching(/^No simulation could end .* with more time \(sbatch --time\)\.$/),
  ])
  expect([goesOn(0, 5), goesOn(5, 5), goesOn(5, 6), goesOn(6, 6), goesOn(6, 6)]).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
  expect(said).toHaveLength(3)
  expect(readdirSync(folder)).toEqual([]) // who submits it again begins anew
})

/** Has this process be in a job, of which Slurm says when it ends, and what else it is told to say. */
function inJob(more: Readonly<Record<string, string>>): (minutes: number, details?: string) => void {
  const folder = temporaryDirectory()
  const program = join(folder, 'scontrol')
  const variables = { PATH: `${folder}${delimiter}${process.env.PATH}`, SLURM_JOB_ID: '7', SLURM_JOB_NODELIST: 'node1' }
  const told = { ...variables, ...more }
  const before = Object.fromEntries(Object.keys(told).map((name) => [name, process.env[name]]))
  onTestFinished(() => restore(before))
  restore(told)
  return (minutes, details = '') => {
    const end = new Date(Date.now() + minutes * 60_000).toISOString()
    writeFileSync(program, `#!/bin/sh\necho 'JobId=7 JobState=RUNNING EndTime=${end} TimeLimit=01:00:00${details}'\n`)
    chmodSync(program, 0o755)
  }
}

function restore(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
