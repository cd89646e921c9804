import { benchDesign } from './design.ts'
import { benchDispatch } from './dispatch.ts'

/** `npm run bench -- NAME`: measures, and prints one JSON document. */
const benches: Readonly<Record<string, () => Promise<unknown>>> = { dispatch: benchDispatch, design: benchDesign }

const name = process.argv[2] ?? ''
const bench = benches[name]
if (!bench) {
  console.error(`Wanted the name of a benchmark (${Object.keys(benches).join(', ')}), got ${name || 'nothing'}.`)
  process.exit(2)
}
console.log(JSON.stringify(await bench(), null, 2))
