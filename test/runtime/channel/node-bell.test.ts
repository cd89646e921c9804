import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NodeBell, NodeBells } from '../../../runtime/channel/node-bell.ts'
import { search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

const pollInterval = 10

test('a runner hears who has rung since it listens, node by node, each ring once', () => {
  const directory = temporaryDirectory()
  const bells = new NodeBells(directory, pollInterval)
  const seventh = new NodeBell(directory, 'node-1', 7)
  seventh.ring()
  bells.add('node-1', 0)
  bells.add('node/2', 0) // a name is no path
  const heard = (now: number) => [...bells.listen(now, 0)]
  expect(heard(pollInterval)).toEqual([])
  seventh.ring()
  new NodeBell(directory, 'node-1', 70_000).ring()
  new NodeBell(directory, 'node/2', 8).ring()
  expect(heard(2 * pollInterval)).toEqual([7, 70_000, 8])
  expect(heard(3 * pollInterval)).toEqual([])
})

test('half a number is not heard until it is whole', () => {
  const directory = temporaryDirectory()
  const bells = new NodeBells(directory, pollInterval)
  bells.add('node-1', 0)
  const path = join(directory, 'bells', 'node-1')
  appendFileSync(path, Buffer.from([5, 0, 0, 0, 6, 0]))
  expect([...bells.listen(pollInterval, 0)]).toEqual([5])
  appendFileSync(path, Buffer.from([0, 0]))
  expect([...bells.listen(2 * pollInterval, 0)]).toEqual([6])
})

test('where bells cannot be rung nor heard any more, a search goes on to the same end', async () => {
  const root = temporaryDirectory()
  const bells = join(root, 'run', 'bells')
  let isBroken = false
  const onProgress = () => {
    if (isBroken) return
    rmSync(bells, { recursive: true })
    writeFileSync(bells, 'a file where the directory was')
    isBroken = true
  }
  const options = { optimizee: 'recorded', populationSize: 4, generations: 2 }
  const deaf = await search({ ...options, root, onProgress, runner: { wakeUp: 'poll', pollInterval: '5ms' } })
  const reference = await search({ ...options, root: temporaryDirectory() })
  expect(isBroken).toBe(true)
  expect(deaf.canonical).toBe(reference.canonical)
})
