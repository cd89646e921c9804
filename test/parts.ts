import { execFileSync } from 'node:child_process'

/**
 * Whether a part that some tests need is there. Where it is not, those tests are skipped and say what for; with
 * TWOLOOP_TEST_REQUIRE=all a missing part is a failure.
 */
export function hasPart(part: string, isThere: () => boolean, needed: string): boolean {
  if (isThere()) return true
  if (process.env.TWOLOOP_TEST_REQUIRE === 'all') throw new Error(`${part} is required and not there: ${needed}`)
  console.warn(`Skipped since ${part} is not there: ${needed}`)
  return false
}

/** Whether a program can be run. */
export function hasProgram(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args.length > 0 ? args : ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
