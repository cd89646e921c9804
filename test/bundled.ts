import { bundleCommand } from '../src/packing/bundle-command.ts'

/** Tests start the command as it is in the package; the compiler's build, which they begin with, has it in its parts only. */
export function setup(): Promise<void> {
  return bundleCommand()
}
