import { bundleCommand } from './bundle-command.ts'

await bundleCommand()
