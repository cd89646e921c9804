import { bundleCommand } from '../src/packing/bundle-command.ts'

/**
 * Tests start the command as it is in the package; the compiler's build, which they begin with, has it in its parts only.
 * The searches that they kill are hundreds of processes, each of which would load as many files.
 */
export function setup(): Promise<void> {
  return bundleCommand(['test/chaos/search-process.js'])
}
