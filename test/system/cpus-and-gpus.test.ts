import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { gpusHere, gpusOf } from '../../src/system/gpus.ts'
import { usableCpus } from '../../src/system/usable-cpus.ts'
import { temporaryDirectory } from '../temporary.ts'

test.each<[what: string, cgroup: string, files: Readonly<Record<string, string>>, cpus: number]>([
  ['nothing limits it', '0::/job\n', { 'job/cpu.max': 'max 100000\n' }, 8],
  ['its cgroup has time for three', '0::/job\n', { 'job/cpu.max': '300000 100000\n' }, 3],
  ['a cgroup around it has less time', '0::/a/b\n', { 'a/cpu.max': '250000 100000', 'a/b/cpu.max': 'max 100000' }, 2],
  ['it is in a container, whose own cgroup is mounted', '0::/kubepods/x\n', { 'cpu.max': '400000 100000' }, 4],
  ['there is time for less than one', '0::/\n', { 'cpu.max': '50000 100000' }, 1],
  ['the quota is larger than the machine', '0::/\n', { 'cpu.max': '1600000 100000' }, 8],
  [
    'cgroups are of version 1',
    '4:cpu,cpuacct:/job\n0::/\n',
    { 'cpu/job/cpu.cfs_quota_us': '600000', 'cpu/job/cpu.cfs_period_us': '100000' },
    6,
  ],
  ['version 1 has no quota', '4:cpu:/\n', { 'cpu/cpu.cfs_quota_us': '-1', 'cpu/cpu.cfs_period_us': '100000' }, 8],
  ['nothing is known of cgroups', '', {}, 8],
])('of 8 CPUs, a process may use so many where %s', (_, cgroup, files, cpus) => {
  const root = temporaryDirectory()
  for (const [path, text] of Object.entries({ self: cgroup, ...files })) write(join(root, path), text)
  expect(usableCpus({ self: join(root, 'self'), root }, 8)).toBe(cpus)
})

test('the GPUs of a process are those that its environment names', () => {
  expect(gpusOf({ PATH: '/bin' })).toBeUndefined()
  expect(gpusOf({ CUDA_VISIBLE_DEVICES: '3,5', ROCR_VISIBLE_DEVICES: '3,5' })).toEqual({
    CUDA_VISIBLE_DEVICES: ['3', '5'],
    ROCR_VISIBLE_DEVICES: ['3', '5'],
  })
  expect(gpusOf({ CUDA_VISIBLE_DEVICES: 'GPU-8932f937,MIG-1' })).toEqual({
    CUDA_VISIBLE_DEVICES: ['GPU-8932f937', 'MIG-1'],
  })
  for (const none of ['', '-1', 'NoDevFiles']) {
    expect(gpusOf({ CUDA_VISIBLE_DEVICES: none })).toEqual({ CUDA_VISIBLE_DEVICES: [] })
  }
})

test('the GPUs of a machine are those that drivers show', () => {
  const root = temporaryDirectory()
  for (const name of ['dev/nvidia0', 'dev/nvidia1', 'dev/nvidiactl', 'dev/nvidia-uvm']) write(join(root, name), '')
  for (const [node, id] of [0, 4711, 4712, 4713].entries()) write(join(root, 'kfd', String(node), 'gpu_id'), `${id}\n`)
  expect(gpusHere(join(root, 'dev'), join(root, 'kfd'))).toEqual({
    CUDA_VISIBLE_DEVICES: ['0', '1'],
    ROCR_VISIBLE_DEVICES: ['0', '1', '2'],
  })
  expect(gpusHere(join(root, 'nowhere'), join(root, 'nowhere'))).toEqual({})
})

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
