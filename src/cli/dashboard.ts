import { type Command, InvalidArgumentError } from 'commander'

export function register(program: Command): void {
  program
    .command('dashboard')
    .summary('serve a page that shows runs')
    .description(
      'Serves a page that shows a run, or all runs of a directory, to a browser on this machine or at the near end of a tunnel. It changes nothing.',
    )
    .argument('[root or run]', 'a directory of run directories, or a run directory', 'runs')
    .option('--port <n>', 'serve on this port of loopback (default: one that is free)', portNumber)
    .option('--socket <path>', 'serve on a socket that only you can open, where others share the machine')
    .option('--json', 'print the addresses as one JSON document')
    .action(async (directory: string, options: { port?: number; socket?: string; json?: boolean }) => {
      const { serveDashboard } = await import('./serve-dashboard.ts')
      await serveDashboard(directory, options)
    })
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new InvalidArgumentError('wanted a port from 0 to 65535')
}
