import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf } from '../../core/errors.ts'
import { convertJson } from './convert-json.ts'
import { isModuleFunction, type ModuleFunction } from './module-function.ts'
import { type FromThunk, readJob, type ThunkJob } from './thunk-messages.ts'

/** The program of one process of an experiment: calls the thunk, once, and ends when nothing is left to do. */
async function main(folder: string): Promise<void> {
  process.on('uncaughtException', (error) => void fail(error))
  const job = readJob(folder)
  let functions: Functions
  try {
    functions = await loadFunctions(job, folder)
  } catch (error) {
    if (job.does === 'call') console.error(error) // whoever only looks is told the sentence
    await say({ type: 'refused', sentence: messageOf(error) })
    process.exit(1)
  }
  await say({ type: 'loaded' })
  if (job.does === 'call') {
    try {
      const value = await functions.thunk(functions.kwargs)
      await say({ type: 'returned', value: convertJson(value) })
    } catch (error) {
      await fail(error)
    }
  }
  process.disconnect?.()
}

interface Functions {
  readonly thunk: (kwargs: unknown) => unknown
  readonly kwargs: unknown
}

async function loadFunctions({ does, thunks, modules, kwargs }: ThunkJob, folder: string): Promise<Functions> {
  const loaded = new Map<string, Record<string, unknown>>()
  for (const [module, name] of Object.entries(modules)) {
    loaded.set(module, (await load(module, join(folder, name))) as Record<string, unknown>)
  }
  const functionOf = (reference: ModuleFunction): unknown => {
    const { $module, $export } = reference
    const module = loaded.get($module)
    if (module && Object.hasOwn(module, $export)) return module[$export]
    throw new Error(`${$module} has no ${$export === 'default' ? 'default export' : `export ${$export}`}`)
  }
  for (const thunk of thunks) {
    if (typeof functionOf(thunk) === 'function') continue
    throw new Error(`the thunk of ${thunk.$module} needs to be a function, got ${typeof functionOf(thunk)}`)
  }
  const thunk = functionOf(thunks[0]!) as Functions['thunk']
  const ready = withFunctions(kwargs, functionOf) as Record<string, unknown>
  return { thunk, kwargs: does === 'call' ? withEnvironment(ready) : ready }
}

async function load(module: string, path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    throw new Error(`${module} threw while it was imported: ${messageOf(error)}`, { cause: error })
  }
}

function withFunctions(value: unknown, functionOf: (reference: ModuleFunction) => unknown): unknown {
  if (isModuleFunction(value)) return functionOf(value)
  if (Array.isArray(value)) return value.map((nested) => withFunctions(nested, functionOf))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, nested]) => [name, withFunctions(nested, functionOf)]))
}

/** An environment that is named by its module comes as a function that makes it, with the arguments that stand beside. */
function withEnvironment(kwargs: Record<string, unknown>): Record<string, unknown> {
  const { envName, envKwargs = {}, ...others } = kwargs
  if (typeof envName !== 'function') return kwargs
  return { ...others, envFn: () => (envName as (kwargs: unknown) => unknown)(envKwargs) }
}

/** What was thrown, for whoever waits and for the log; then the process ends, whatever is still open. */
async function fail(error: unknown): Promise<never> {
  console.error(error)
  const message = error instanceof Error ? `${error.name}: ${error.message}` : `The experiment threw ${String(error)}.`
  await say({ type: 'threw', message, stack: error instanceof Error ? error.stack : undefined })
  process.exit(1)
}

function say(message: FromThunk): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve())
    else resolve()
  })
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: thunk-program.js JOB_FOLDER')
  process.exit(2)
}
await main(folder)
