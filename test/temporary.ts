import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killProcessesNaming } from './processes.ts'
import { onTestFinished } from './running-test.ts'

/** A directory that lives as long as the test; what a failed test has left running in it is ended with it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'twoloop-test-'))
  onTestFinished(() => {
    killProcessesNaming(directory)
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  })
  return directory
}
