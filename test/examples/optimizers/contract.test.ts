import { testOptimizer } from '../../../src/testing/index.ts'
import SeparableCmaEs from './separable-cma-es.ts'
import SteadySearch from './steady-search.ts'

testOptimizer('steady-search', (problem, settings) => new SteadySearch(problem, settings))
testOptimizer('separable-cma-es', (problem, settings) => new SeparableCmaEs(problem, settings))
