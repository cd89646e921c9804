import { expect, test } from 'vitest'
import { showRun } from '../../src/cli/show-run.ts'
import { type Optimizee, Optimizer, type Recommendation } from '../../src/index.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

/** A point at each turn; at the end it recommends what it is told to. */
function recommending(answer: readonly Recommendation[], searches: boolean) {
  class Own extends Optimizer<number> {
    static readonly type = 'own'
    static override readonly abilities = { ...Optimizer.abilities, searches }
    override get populationSize() {
      return 1
    }
    start = () => 0
    ask = (asked: number) => ({ state: asked + 1, proposals: [{ parameters: { x: asked / 4, n: 1 } }] })
    tell = (state: number) => state
    override recommend = () => answer
  }
  return (optimizee: Optimizee) => new Own(optimizee, { seed: 1, generations: 3 })
}

const sample: readonly Recommendation[] = [
  { parameters: { x: 0.5, n: 1 }, by: 'model' },
  { parameters: { x: 0.25, n: 1 }, by: 'seen', individual: { generation: 1, index: 0, replicate: 0 } },
  { parameters: { x: 0, n: 2 }, by: 'seen' },
]

async function shownAfter(answer: readonly Recommendation[], searches: boolean) {
  const makeOptimizer = recommending(answer, searches)
  const { directory } = await search({ root: temporaryDirectory(), optimizee: 'recorded', makeOptimizer })
  return (options: { readonly json?: boolean; readonly top?: number }) =>
    showRun(directory, { recommended: true, ...options })
}

test('the whole answer of an optimizer that does not search, as the sample of a posterior, is recorded and shown', async () => {
  const show = await shownAfter(sample, false)
  expect(JSON.parse(await show({ json: true }))).toEqual({ recommended: sample })
  expect(JSON.parse(await show({ json: true, top: 1 }))).toEqual({ recommended: sample.slice(0, 1) })
  expect((await show({})).split('\n').map((line) => line.trim().split(/ +/))).toEqual([
    ['by', 'x', 'n'],
    ['model', '0.5', '1'],
    ['1.0', '0.25', '1'],
    ['seen', '0', '2'],
    [''],
  ])
})

test('of an optimizer that searches, what a model recommends is shown, and not what the record ranks as well', async () => {
  const show = await shownAfter(sample.slice(0, 1), true)
  expect(JSON.parse(await show({ json: true }))).toEqual({ recommended: sample.slice(0, 1) })
  await expect((await shownAfter(sample.slice(1), true))({})).rejects.toThrow(
    'has no recommendations: its optimizer has no better word than its best individuals, which --top shows',
  )
})
