import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prospectOf } from '../../../runtime/slurm/launchers.ts'
import { runnerSettings } from '../../../src/core/runner-settings.ts'
import { summarizeRun } from '../../../src/record/summary.ts'
import { testLauncher } from '../../contracts/launcher.ts'
import { hasProgram } from '../../parts.ts'
import { eventually, processesNaming } from '../../processes.ts'
import { search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

testLauncher('local', { directory: temporaryDirectory, settings: { launcher: 'local' } })

testLauncher('command, on this machine', {
  directory: temporaryDirectory,
  settings: { launcher: 'command', launch: ['nice', '{command}'] },
})

testLauncher('command, by a shell', {
  directory: temporaryDirectory,
  settings: { launcher: 'command', launch: ['/bin/sh', '-c', 'exec {command}'] },
})

/** As on another machine: with a network and process ids of its own, and with nothing of this process's environment. */
const elsewhere = ['env', '-i', `PATH=${process.env.PATH}`].concat(
  ...['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '{command}'],
)
const mayUnshare = hasProgram('unshare', '--net', '--pid', '--fork', '--mount-proc', 'true')

testLauncher('command, in namespaces of its own', {
  directory: temporaryDirectory,
  settings: { launcher: 'command', launch: elsewhere },
  isHere: mayUnshare,
})

test.skipIf(!mayUnshare)('a search on workers that a command starts elsewhere comes to the same', async () => {
  const root = temporaryDirectory()
  const simulations = { optimizee: 'on-cluster', options: { journal: join(root, 'journal'), takes: 0 } }
  const here = await search({ root, name: 'here', ...simulations })
  const runner = { launcher: 'command', launch: elsewhere, workers: 2 } as const
  const there = await search({ root, name: 'there', ...simulations, runner })
  expect(there.status).toBe('finished')
  expect(there.canonical).toBe(here.canonical)
})

test('a command that does not wait for its worker is told as that, and a worker that comes later leaves again', async () => {
  const root = temporaryDirectory()
  const late = join(root, 'late')
  const begun = join(root, 'begun')
  const wait = `: >'${begun}'; until [ -e '${late}' ]; do sleep 0.1; done; exec "$@"`
  const launch = [
    'sh',
    '-c',
    `setsid sh -c '${wait.replaceAll("'", `'"'"'`)}' sh "$@" >/dev/null 2>&1 </dev/null & until [ -e '${begun}' ]; do sleep 0.1; done`,
    'sh',
    '{command}',
  ]
  const runner = { launcher: 'command', launch, workers: 1 } as const
  const simulations = { optimizee: 'on-cluster', options: { journal: join(root, 'journal'), takes: 0 } }
  await expect(search({ root, ...simulations, runner })).rejects.toThrow(
    'No worker can be started: it had not come when its command ended with exit code 0 (runner.launch needs one that lasts as long).',
  )
  const waiting = processesNaming(root).length
  expect(waiting).toBeGreaterThan(0)
  writeFileSync(late, '')
  await eventually(() => processesNaming(root).length === 0, 'all of them have left')
  expect(existsSync(join(root, 'journal'))).toBe(false)
})

test.each(['local', 'command'] as const)(
  'lines of setup run before each worker starts by %s, in its place',
  async (launcher) => {
    const root = temporaryDirectory()
    const seen = join(root, 'seen')
    const setup = [`echo "$TWOLOOP_WORKER" >>'${seen}'`, 'load() { export FLAVOUR="$1"; }', 'load "cold and dark"']
    const runner = { launcher, launch: ['{command}'], workers: 2, setup }
    const options = {
      command: [
        '/bin/sh',
        '-c',
        '[ "$FLAVOUR" = "cold and dark" ] && [ "$1" = "$TWOLOOP_WORKER" ] && echo 1',
        'sh',
        '{worker}',
      ],
    }
    const { status, trajectory } = await search({ root, optimizee: 'shell', options, runner, generations: 1 })
    expect(status).toBe('finished')
    expect(trajectory.evaluations(0).map(({ outcome }) => outcome)).toEqual(new Array(8).fill('done'))
    const workers = readFileSync(seen, 'utf8').trim().split('\n')
    expect(new Set(workers).size).toBe(workers.length)
  },
)

test('a line of setup that fails says so in place of a worker', async () => {
  const setup = ['echo there is no such module >&2', 'false', 'true']
  const failing = search({ root: temporaryDirectory(), optimizee: 'recorded', runner: { setup } })
  await expect(failing).rejects.toThrow(
    /^No worker can be started: .*exit code 1\. It printed:\nthere is no such module$/,
  )
})

test('a worker that its scheduler warns finishes what it has begun and is replaced, and nothing is lost', async () => {
  const root = temporaryDirectory()
  // The scheduler warns each worker as soon as it simulates: none simulates twice. Above a command is what starts it, and
  // above that the worker.
  const warn = 'kill -USR1 "$(ps -o ppid= -p "$PPID")"; sleep 0.2; echo "$TWOLOOP_WORKER"'
  const options = { command: ['/bin/sh', '-c', warn] }
  const own = { launcher: 'command', warningSignal: 'SIGUSR1' } as const
  const runner = { ...own, launch: ['{command}'], workers: 1, retries: 0, crashRetries: 0 }
  const size = { populationSize: 3, generations: 1 }
  const { status, trajectory, directory } = await search({ root, optimizee: 'shell', options, runner, ...size })
  expect(status).toBe('finished')
  const workers = trajectory.evaluations(0).map((evaluation) => evaluation.outcome === 'done' && evaluation.fitness[0])
  expect(new Set(workers)).toEqual(new Set([1, 2, 3])) // what one had ahead may come after what another begins with
  expect(summarizeRun(directory).workers).toMatchObject({ lost: 0 }) // the third may have been replaced as well
})

test.each<[what: string, settings: object, refusal: RegExp]>([
  ['without a command', { workers: 2 }, /runner\.launch is to say which, with \{command\} .*; got null\.$/],
  ['without a place for the worker', { workers: 2, launch: ['flux', 'run'] }, /got \["flux","run"\]\.$/],
  [
    'with a misspelled placeholder',
    { workers: 2, launch: ['sh', '-c', `cd \${HOME}; {command}`, '--name={wroker}'] },
    /^runner\.launch has \{wroker\} in "--name=\{wroker\}", which stands for nothing; did you mean \{worker\}\?/,
  ],
  ['without a number of workers', { launch: ['{command}'] }, /give --workers\.$/],
  [
    'with less walltime than warning',
    { workers: 1, launch: ['{command}'], walltime: '1m' },
    /^runner\.walltime needs more than runner\.warning \(120000 ms\), got 60000 ms\.$/,
  ],
])('the launcher command %s is refused before anything is started', (_, settings, refusal) => {
  const { refusal: said } = prospectOf(runnerSettings.parse({ launcher: 'command', ...settings }))
  expect(said).toMatch(refusal)
})
