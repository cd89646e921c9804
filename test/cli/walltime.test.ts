import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { jobVariables } from '../../runtime/schedulers/job-variables.ts'
import { Walltime } from '../../src/cli/walltime.ts'
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
  ['that Slurm gives early does not take time away', '', [50, 60]],
  ['before a preemption counts, whatever end the job was to have', ' PreemptTime=2026-01-01T00:00:00', [0, 2]],
])('a warning %s', async (_, details, [least, most]) => {
  const endsIn = inJob({ [jobVariables.warning]: '120' })
  endsIn(60, details)
  const said: string[] = []
  using walltime = new Walltime((sentence) => said.push(sentence))
  process.kill(process.pid, 'SIGUSR2')
  await eventually(() => said.length > 0, 'the warning is heeded', 60_000)
  expect(said).toEqual([expect.stringMatching(/^The allocation ends soon: /)])
  expect(walltime.deadline.left).toBeGreaterThan(least! * 60_000)
  expect(walltime.deadline.left).toBeLessThan(most! * 60_000)
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
