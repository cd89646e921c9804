import { once } from 'node:events'
import { hostname, userInfo } from 'node:os'
import { ConfigurationError } from '../core/errors.ts'
import { type Addresses, addressesOf, thisMachine } from '../dashboard/address.ts'
import { Dashboard, type DashboardOptions } from '../dashboard/dashboard.ts'
import { jsonText, print } from './output.ts'

/** What `twoloop dashboard` does: it serves until it is told to stop, and leaves nothing behind. */
export async function serveDashboard(
  directory: string,
  { json = false, ...options }: DashboardOptions & { readonly json?: boolean },
): Promise<void> {
  if (options.port !== undefined && options.socket !== undefined) {
    throw new ConfigurationError('--port and --socket are two places to serve at; give one of the two')
  }
  const stopped = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))
  await using dashboard = await Dashboard.open(directory, options)
  const machine = thisMachine(process.env, userInfo().username, hostname())
  const addresses = addressesOf(dashboard.place, machine, dashboard.token)
  await print([
    json ? jsonText({ ...dashboard.place, ...addresses }) : describeAddresses(dashboard.runs.root, addresses),
  ])
  await stopped
}

function describeAddresses(root: string, { here, tunnel, through }: Addresses): string {
  return [
    `Showing ${root} until Ctrl-C.`,
    ...(here === undefined ? [] : ['', 'In a browser on this machine, open', `  ${here}`]),
    '',
    'In a browser on another machine, run there',
    `  ${tunnel}`,
    'and open',
    `  ${through}`,
    '',
  ].join('\n')
}
