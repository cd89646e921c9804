import { benchAsking } from './asking.ts'
import { benchBatches } from './batches.ts'
import { benchDashboard } from './dashboard.ts'
import { benchDesign } from './design.ts'
import { benchDispatch } from './dispatch.ts'
import { drawBench } from './draw.ts'
import { benchExports } from './exports.ts'
import { benchOptimizers } from './optimizers.ts'
import { benchOrders } from './orders.ts'
import { benchRecords } from './records.ts'
import { benchScale } from './scale.ts'
import { benchStartup } from './startup.ts'

/** `npm run bench -- NAME`: measures, and prints one JSON document. */
const benches: Readonly<Record<string, (args: readonly string[]) => Promise<unknown>>> = {
  asking: benchAsking,
  batches: benchBatches,
  dashboard: benchDashboard,
  dispatch: benchDispatch,
  design: benchDesign,
  draw: drawBench,
  optimizers: benchOptimizers,
  orders: benchOrders,
  records: benchRecords,
  scale: benchScale,
  exports: benchExports,
  startup: benchStartup,
}

const [name = '', ...args] = process.argv.slice(2)
const bench = benches[name]
if (!bench) {
  console.error(`Wanted the name of a benchmark (${Object.keys(benches).join(', ')}), got ${name || 'nothing'}.`)
  process.exit(2)
}
console.log(JSON.stringify(await bench(args), null, 2))
