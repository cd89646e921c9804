import { createOptimizer } from '../../optimizers/index.ts'
import { type SearchOptions, search } from '../search.ts'

/** A search in a process of its own, so that it can be killed: `search-process.js JSON`. */
const { optimizer, ...options } = JSON.parse(process.argv[2]!) as SearchOptions & {
  readonly optimizer?: { readonly type: string }
}
const { status } = await search({
  ...options,
  ...(optimizer && { makeOptimizer: (optimizee) => createOptimizer(optimizee, optimizer) }),
})
console.log(status)
