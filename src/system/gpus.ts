import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The names of the GPUs that a process may use, by the variables that tell its programs so. */
export type VisibleGpus = Readonly<Record<string, readonly string[]>>

/** The variables of NVIDIA, AMD, Intel and OpenCL; a scheduler may set several, for the same GPUs. */
const variables = ['CUDA_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES', 'ZE_AFFINITY_MASK', 'GPU_DEVICE_ORDINAL']

/** The GPUs that an environment names; undefined if it says nothing of GPUs. */
export function gpusOf(environment: NodeJS.ProcessEnv): VisibleGpus | undefined {
  const named = variables.flatMap((variable) => {
    const text = environment[variable]
    return text === undefined ? [] : [[variable, text.split(',').filter(isGpu)] as const]
  })
  return named.length > 0 ? Object.fromEntries(named) : undefined
}

/** `-1` and words like `NoDevFiles` say that there are none. */
const isGpu = (text: string) => /^(\d|GPU-|MIG-)/.test(text.trim())

/** The GPUs that this machine has, as far as their drivers show them. */
export function gpusHere(devices = '/dev', topology = '/sys/class/kfd/kfd/topology/nodes'): VisibleGpus {
  const nvidia = namesIn(devices).filter((name) => /^nvidia\d+$/.test(name))
  const amd = namesIn(topology).filter((node) => !['', '0'].includes(trimmedText(join(topology, node, 'gpu_id'))))
  const numbers = (list: readonly string[]) => list.map((_, i) => String(i))
  return {
    ...(nvidia.length > 0 && { CUDA_VISIBLE_DEVICES: numbers(nvidia) }),
    ...(amd.length > 0 && { ROCR_VISIBLE_DEVICES: numbers(amd) }),
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function trimmedText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
