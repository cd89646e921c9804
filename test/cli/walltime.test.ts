import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Walltime } from '../../src/cli/walltime.ts'
import { temporaryDirectory } from '../temporary.ts'

test('that the time limit of the job was raised is noticed, also after its end had been near', async () => {
  const folder = temporaryDirectory()
  const program = join(folder, 'scontrol')
  const endsIn = (minutes: number) => {
    const end = new Date(Date.now() + minutes * 60_000).toISOString()
    writeFileSync(program, `#!/bin/sh\necho 'JobId=7 JobState=RUNNING EndTime=${end} TimeLimit=01:00:00'\n`)
    chmodSync(program, 0o755)
  }
  const { PATH, SLURM_JOB_ID, SLURM_JOB_NODELIST } = process.env
  onTestFinished(() => restore({ PATH, SLURM_JOB_ID, SLURM_JOB_NODELIST }))
  restore({ PATH: `${folder}${delimiter}${PATH}`, SLURM_JOB_ID: '7', SLURM_JOB_NODELIST: 'node1' })
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

function restore(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
