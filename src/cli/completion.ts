import completions from '@bomb.sh/tab/commander'
import type { Command } from 'commander'

/** Adds what completes a command line in a shell; all other commands are registered already. */
export async function register(program: Command): Promise<void> {
  const { commands } = completions(program, { completionCommandName: 'completion' })
  const command = program.commands.find((one) => one.name() === 'completion')
  command?.description('Prints a script that completes commands, options, runs and individuals in a shell.')
  command?.registeredArguments[0]?.choices(['bash', 'zsh', 'fish'])
  if (process.argv[2] !== 'complete') return // no shell asks what may stand next
  const { offerIndividuals, offerRuns } = await import('./offers.ts')
  for (const { arguments: places } of commands.values()) {
    for (const [name, place] of places) {
      if (/\brun\b/.test(name)) place.handler = offerRuns
      if (name === 'individual') place.handler = offerIndividuals
    }
  }
}
