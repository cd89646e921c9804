import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FailureCause } from '../../src/core/evaluation.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { eventually, processesNaming } from '../processes.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

/** What simulates, as long as there is no file `free`: it says which process it is, and waits for its end. */
const kinds: Readonly<Record<string, (root: string) => { readonly optimizee: string; readonly options: object }>> = {
  'a command': (root) => ({
    optimizee: 'shell',
    options: {
      command: ['sh', '-c', `[ -e '${root}/free' ] && exec echo 1; echo $$ >'${root}/pid'; exec sleep 1000000`],
    },
  }),
  'a command that tells its end by an exit code': (root) => ({
    optimizee: 'shell',
    options: {
      command: [
        ...['sh', '-c'],
        `[ -e '${root}/free' ] && exec echo 1; trap 'exit 143' TERM; echo $$ >'${root}/pid'; while :; do sleep 0.1; done`,
      ],
    },
  }),
  // Its end is told after the worker has heard its own signal, and is not to be answered any more.
  'a program that stays': (root) => ({ optimizee: 'stays', options: { program: staying(root) } }),
}

const staying = (root: string) => [
  process.execPath,
  '-e',
  `const { existsSync, writeFileSync } = require('node:fs')
  console.log('{"ready": true}')
  process.stdin.on('data', (lines) => {
    if (!existsSync('${root}/free')) return writeFileSync('${root}/pid', process.pid + '\\n')
    for (const line of String(lines).trim().split('\\n')) console.log(JSON.stringify({ id: JSON.parse(line).id, result: 1 }))
  })`,
]

test.concurrent.each(Object.entries(kinds))(
  'whoever ends %s and then its worker has ended the worker: the simulation is not to blame for its signal',
  async (_, kind) => {
    const root = temporaryDirectory()
    const going = search({
      root,
      ...kind(root),
      populationSize: 1,
      generations: 1,
      runner: { retries: 0, crashRetries: 1, heartbeatTimeout: '10m' },
    })
    const pid = () => Number(existsSync(join(root, 'pid')) && readFileSync(join(root, 'pid'), 'utf8').trim())
    await eventually(() => pid() > 0, 'it is simulated')
    const isWorker = ({ command }: { command: string }) => /worker\.js/.test(command)
    const worker = processesNaming(root).find(isWorker)!.pid
    // The worker sees the end of the simulation and its own signal at once, in the order that nobody wants.
    process.kill(worker, 'SIGSTOP')
    const simulated = pid()
    process.kill(simulated, 'SIGTERM')
    await eventually(() => isGone(simulated), 'the simulation has ended')
    writeFileSync(join(root, 'free'), '')
    process.kill(worker, 'SIGTERM')
    process.kill(worker, 'SIGCONT')
    const { status, directory } = await going
    expect(status).toBe('finished')
    expect(attemptsIn(directory)).toEqual([
      { verdict: 'retried', cause: expect.objectContaining({ kind: 'worker-lost' }) },
      { verdict: 'accepted', cause: undefined },
    ])
  },
)

function isGone(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

function attemptsIn(directory: string) {
  const record = RecordReader.openForReading(directory)
  const attempts = record.attemptsOf({ generation: 0, index: 0, replicate: 0 })
  record.close()
  return attempts.map(({ verdict, cause }) => ({
    verdict,
    cause: cause === null ? undefined : (JSON.parse(cause) as FailureCause),
  }))
}
