import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { GpuShares } from '../../../runtime/runner/gpu-shares.ts'
import { prospectOf } from '../../../runtime/slurm/launchers.ts'
import { runnerSettings } from '../../../src/core/runner-settings.ts'
import { search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

test('each worker has GPUs that no other has, and leaves them to the next', () => {
  const shares = new GpuShares(2, { CUDA_VISIBLE_DEVICES: ['0', '1', '4', '5', '7'] })
  expect(shares.capacity).toBe(2)
  expect(shares.take(1)).toEqual({ CUDA_VISIBLE_DEVICES: '0,1', TWOLOOP_GPU_SHARE: '0' })
  expect(shares.take(2)).toEqual({ CUDA_VISIBLE_DEVICES: '4,5', TWOLOOP_GPU_SHARE: '1' })
  expect(shares.hasRoom()).toBe(false)
  expect(shares.take(3)).toEqual({})
  shares.release(1)
  expect(shares.take(3)).toMatchObject({ CUDA_VISIBLE_DEVICES: '0,1' })
})

test('what workers of an earlier start have is not given out', () => {
  const shares = new GpuShares(1, { CUDA_VISIBLE_DEVICES: ['0', '1'], ZE_AFFINITY_MASK: ['2', '3'] })
  expect(shares.take(3, [0])).toEqual({ CUDA_VISIBLE_DEVICES: '1', ZE_AFFINITY_MASK: '3', TWOLOOP_GPU_SHARE: '1' })
  expect(shares.hasRoom([0])).toBe(false)
})

test('workers of this machine have GPUs of their own, and there are no more workers than that', async () => {
  withGpus('3,5')
  const root = temporaryDirectory()
  const seen = join(root, 'seen')
  const options = { command: ['/bin/sh', '-c', `echo "$TWOLOOP_WORKER $CUDA_VISIBLE_DEVICES" >>'${seen}'; echo 1`] }
  const said: string[] = []
  const runner = { workers: 3, gpusPerWorker: 1 }
  const { status } = await search({ root, optimizee: 'shell', options, runner, onWarning: (words) => said.push(words) })
  expect(status).toBe('finished')
  expect(said).toEqual(['3 workers with a GPU each are wanted, and 2 GPUs are seen here: 2 are used.'])
  const gpuOf = new Map(
    readFileSync(seen, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  )
  for (const gpu of gpuOf.values()) expect(['3', '5']).toContain(gpu)
  expect(new Set(gpuOf.values()).size).toBe(gpuOf.size)
})

test('a worker that needs more GPUs than there are is refused, and without any it is only said', () => {
  const local = (more: object) => prospectOf(runnerSettings.parse({ workers: 2, ...more }))
  withGpus('0')
  expect(local({ gpusPerWorker: 2 })).toEqual({
    refusal: 'A worker needs 2 GPUs, and 1 GPU is seen here: ask for fewer per worker.',
  })
  withGpus('')
  expect(local({ gpusPerWorker: 2 })).toEqual({
    workers: 2,
    warning: 'runner.gpusPerWorker is not heeded, since no GPU is seen here.',
  })
})

function withGpus(names: string): void {
  const before = process.env.CUDA_VISIBLE_DEVICES
  process.env.CUDA_VISIBLE_DEVICES = names
  onTestFinished(() => {
    if (before === undefined) delete process.env.CUDA_VISIBLE_DEVICES
    else process.env.CUDA_VISIBLE_DEVICES = before
  })
}
