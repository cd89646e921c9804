import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { command } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { program, UserFolder } from './folder.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

/** The command in this process, for what only reads or refuses. */
const here = (...words: string[]) => command(words, { cwd: folder.path })

const twoloop = (...words: string[]) => folder.twoloop(words)

/** A simulation that waits as long as there is a file `hold`, so that a run can be caught in its middle. */
function valley({ generations = 3, runner = {} } = {}): string {
  return folder.write(
    'valley.ts',
    `import { existsSync } from 'node:fs'
     import { defineExperiment, defineOptimizee, real } from 'twoloop'
     export default defineExperiment({
       optimizee: defineOptimizee({
         parameters: { x: real(-5, 5), y: real(-5, 5) },
         objectives: { height: 'minimize' },
         async simulate({ parameters: { x, y } }) {
           while (existsSync(${JSON.stringify(join(folder.path, 'hold'))})) await new Promise((wake) => setTimeout(wake, 20))
           return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2
         },
       }),
       optimizer: { type: 'genetic-algorithm', populationSize: 6, generations: ${generations}, seed: 1 },
       runner: ${JSON.stringify({ workers: 1, ...runner })},
       report: ({ best, directory }) => 'The valley is at ' + typeof best.individual.parameters.x + ' ' + directory,
     })`,
  )
}

const commands = [
  'try',
  'run',
  'resume',
  'submit',
  'status',
  'show',
  'export',
  'analyse',
  'logs',
  'replay',
  'recover',
  'check-program',
  'check-worker',
  'doctor',
  'grid',
  'optimizers',
  'optimizees',
  'python',
  'schema',
  'init',
  'completion',
]

test('help names every command, and every command has help of its own', async () => {
  const { code, stdout, stderr } = await twoloop('--help')
  expect([code, stderr]).toEqual([0, ''])
  for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  for (const name of commands) {
    const help = await here(name, '--help')
    expect([help.exitCode, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain(`Usage: twoloop ${name} `)
    expect(help.stdout).toContain('--debug')
  }
})

test.each([
  [['rnu'], "twoloop: unknown command 'rnu' (Did you mean run?)"],
  [['run'], "twoloop: missing required argument 'file'"],
  [['run', 'a.yaml', 'b.yaml'], /^twoloop: too many arguments for 'run'\. Expected 1 argument but got 2[^\n]*$/],
  [['run', 'a.yaml', '--wrokers', '3'], "twoloop: unknown option '--wrokers' (Did you mean --workers?)"],
  [
    ['run', 'a.yaml', '--workers', '0'],
    /^twoloop: option '--workers <number>' argument '0' is invalid\. It needs a whole number of at least 1\.$/,
  ],
  [['run', 'a.yaml', '--seed', '1.5'], /^twoloop: option '--seed <number>' argument '1\.5' is invalid\. [^\n]*$/],
  [
    ['run', 'a.yaml', '--launcher', 'rocket'],
    /^twoloop: option '--launcher <launcher>' argument 'rocket' is invalid\. [^\n]*$/,
  ],
  [['run', 'a.yaml'], /^twoloop: a\.yaml: there is no such file as \/\S+\/a\.yaml$/],
  [['run', 'a.yaml', '--json'], /^twoloop: a\.yaml: there is no such file as \/\S+\/a\.yaml$/],
  [['resume', 'nowhere'], /^twoloop: [^\n]*nowhere[^\n]*$/],
] as [string[], string | RegExp][])('%j is refused with one sentence and exit code 2', async (words, sentence) => {
  const { exitCode, stdout, stderr } = await here(...words)
  expect([exitCode, stdout]).toEqual([2, ''])
  if (typeof sentence === 'string') expect(stderr).toBe(sentence)
  else expect(stderr).toMatch(sentence)
  expect(readdirSync(folder.path)).toEqual([])
})

test('without a command there is help, and exit code 2', async () => {
  const { code, stdout, stderr } = await twoloop()
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('Usage: twoloop')
})

test('where an error comes from is shown only if asked for', async () => {
  expect((await here('run', 'no.yaml')).stderr).not.toContain(' at ')
  const { code, stderr } = await twoloop('run', 'no.yaml', '--debug')
  expect(code).toBe(2)
  expect(stderr).toMatch(/^twoloop: no\.yaml: there is no such file as \/\S+\nConfigurationError: .*\n {4}at /)
})

test('an experiment that is wrong starts nothing and leaves a run as it was', async () => {
  folder.write(
    'bad.yaml',
    'name: valley\noptimizee: { type: epidemic }\noptimizer: { type: genetic-algorithm, size: 3 }\n',
  )
  const { exitCode, stderr } = await here('run', 'bad.yaml', '--overwrite')
  expect([exitCode, stderr.split('\n').length]).toEqual([2, 1])
  expect(stderr).toMatch(/^twoloop: bad\.yaml: optimizer\.size is not a setting/)
  expect(existsSync(join(folder.path, 'runs'))).toBe(false)
})

test('the size of a design is said before the first individual is simulated', async () => {
  folder.write(
    'sweep.yaml',
    'optimizee: { type: epidemic }\noptimizer: { type: design, design: { kind: halton, points: 4 }, seeds: [7, 8] }\n',
  )
  const { code, stderr } = await twoloop('run', 'sweep.yaml')
  expect(code).toBe(0)
  expect(stderr).toMatch(/^The design has 4 points, 8 simulations in all\.\ngeneration 1\/1 {2}0\/8 done\n/)
})

test('whom auto takes, and why, is said before the first individual, by status, and of an experiment', async () => {
  folder.write('small.yaml', 'name: small\noptimizee: { type: epidemic }\nlimits: { evaluations: 12 }\n')
  const { code, stderr } = await twoloop('run', 'small.yaml')
  expect(code).toBe(0)
  const [sentence] = stderr.split('\n')
  expect(sentence).toMatch(/^auto takes lq-cma-es, .*: all of its \d axes are numbers, .*\.$/)
  expect((await here('status', 'runs/small')).stdout).toContain(sentence)
  const { stdout } = await here('optimizers', 'small.yaml')
  expect(stdout).toMatch(/^auto: /)
  expect(stdout).toContain(sentence)
})

test('where simulations are noisy, what a model recommends is said beside the best', async () => {
  folder.write(
    'hazy.yaml',
    'name: hazy\noptimizee: { type: function, name: rosenbrock2d, noise: 1 }\noptimizer: { type: auto, noise: true }\nlimits: { evaluations: 60 }\n',
  )
  const { code, stdout } = await twoloop('run', 'hazy.yaml', '--json')
  expect(code).toBe(0)
  const { best, recommended } = JSON.parse(stdout)
  expect(Object.keys(recommended)).toEqual(Object.keys(best.parameters))
  expect(recommended).not.toEqual(best.parameters)
})

/** Root, who may read and write everything, tries without that right. */
const withoutRights = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []
const canTryPermissions = hasPart(
  'a user who may not read and write everything',
  () => withoutRights.length === 0 || hasProgram('setpriv', ...withoutRights.slice(1), 'true'),
  'files and directories without permission',
)

test.runIf(canTryPermissions)('a file, and a root, without permission are refused with one sentence', async () => {
  chmodSync(folder.path, 0o755)
  folder.write('secret.yaml', 'name: x', 0o000)
  const run = (...words: string[]) =>
    execa('env', [...withoutRights, process.execPath, program, 'run', ...words], { cwd: folder.path, reject: false })
  const { exitCode, stdout, stderr } = await run('secret.yaml')
  expect([exitCode, stdout, stderr]).toEqual([2, '', 'twoloop: secret.yaml: there is no permission to read it'])
  chmodSync(folder.path, 0o555)
  folder.write('valley.yaml', { optimizee: { type: 'epidemic' }, optimizer: { type: 'genetic-algorithm' } })
  const refused = await run('valley.yaml')
  chmodSync(folder.path, 0o755)
  expect([refused.exitCode, refused.stdout]).toEqual([2, ''])
  expect(refused.stderr).toMatch(/^twoloop: [^\n]*permission[^\n]*$/)
  expect(existsSync(join(folder.path, 'runs'))).toBe(false)
})

test('a run ends with a summary and the report of the experiment on standard output, progress on standard error', async () => {
  valley()
  const { code, stdout, stderr } = await twoloop('run', 'valley.ts')
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^valley: finished: 3 generations are its limit \(optimizer\.generations\)\nbest {2}height \S+ {2}\(individual \d+\.\d+\)\n/,
  )
  expect(stdout).toMatch(/\nrun {3}runs\/valley\n\nThe valley is at number .*\/runs\/valley$/)
  expect(stderr).toMatch(/generation 3\/3/)
})

test('with --json there is one JSON document on standard output and nothing else', async () => {
  valley()
  const { code, stdout } = await twoloop('run', 'valley.ts', '--json', '--root', 'elsewhere', '--name', 'other')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    name: 'other',
    directory: join(folder.path, 'elsewhere', 'other'),
    status: 'finished',
    generations: 3,
    best: { generation: expect.any(Number), index: expect.any(Number), fitness: [expect.any(Number)] },
  })
})

test('the command line is kept with the run: resume goes on with the same words, and can extend a finished run', async () => {
  valley()
  await twoloop('run', 'valley.ts', '--set', 'optimizer.populationSize=4', '--seed', '7', '--generations', '2')
  const extended = await twoloop('resume', 'runs/valley', '--generations', '5', '--json')
  expect(extended.code).toBe(0)
  expect(JSON.parse(extended.stdout)).toMatchObject({ name: 'valley', status: 'finished', generations: 5 })
  const again = await twoloop('resume', 'runs/valley', '--json')
  expect(JSON.parse(again.stdout)).toEqual(JSON.parse(extended.stdout))
  const atOnce = await twoloop(
    ...['run', 'valley.ts', '--name', 'at-once', '--json', '--set', 'optimizer.populationSize=4'],
    ...['--seed', '7', '--generations', '5'],
  )
  expect(JSON.parse(atOnce.stdout).best).toEqual(JSON.parse(extended.stdout).best)
})

test('a run of another configuration in the same place is refused, and made anew only if asked for', async () => {
  valley()
  const first = await twoloop('run', 'valley.ts', '--json')
  const refused = await twoloop('run', 'valley.ts', '--seed', '2')
  expect([refused.code, refused.stdout]).toEqual([2, ''])
  expect(refused.stderr).toMatch(
    /^twoloop: [^\n]*valley holds a run of another configuration \(optimizer\.seed was 1 and is now 2\)/,
  )
  expect((await twoloop('run', 'valley.ts', '--json')).stdout).toBe(first.stdout)
  const anew = await twoloop('run', 'valley.ts', '--seed', '2', '--overwrite', '--json')
  expect(anew.code).toBe(0)
  expect(JSON.parse(anew.stdout).best).not.toEqual(JSON.parse(first.stdout).best)
})

/** The program, once it has said `sentence` on standard error. */
async function started(sentence: RegExp, ...words: string[]) {
  const child = spawn(process.execPath, [program, ...words], { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk
  })
  const hears = async (expected: RegExp) => {
    while (!expected.test(said.stderr)) await once(child.stderr, 'data')
  }
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk
  })
  await hears(sentence)
  return { child, said, hears, ended: once(child, 'close') }
}

// That it goes on, for each of the signals, is in test/faults/signals.test.ts.
test('a run that a signal stops says so, also as JSON', async () => {
  valley({ generations: 4, runner: { drain: '5m' } })
  const hold = folder.write('hold', '')
  const { child, said, hears, ended } = await started(/generation 1\/4/, 'run', 'valley.ts', '--json')
  child.kill('SIGTERM')
  await hears(/Stopping after/)
  rmSync(hold)
  expect((await ended)[0]).toBe(75)
  expect(JSON.parse(said.stdout)).toMatchObject({ status: 'stopped', reason: 'stopped by SIGTERM' })
  expect(said.stderr).toContain('Stopping after SIGTERM')
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)(
  '%s in the last moments of a run, when it has said what came of it, leaves its exit code as it is',
  async (signal) => {
    folder.write(
      'late.ts',
      `import { spawn } from 'node:child_process'
       import { defineExperiment, defineOptimizee, real } from 'twoloop'
       if (process.argv.includes('run')) process.on('exit', () => {
         process.kill(process.pid, '${signal}')
         const again = 'while kill -${signal.slice(3)} ' + process.pid + '; do :; done'
         spawn('sh', ['-c', again], { stdio: 'ignore', detached: true }) // for as long as there is the process
       })
       export default defineExperiment({
         optimizee: defineOptimizee({
           parameters: { x: real(0, 1) },
           objectives: { x: 'minimize' },
           simulate: ({ parameters: { x } }) => x,
         }),
         optimizer: { type: 'random-search', populationSize: 2, generations: 1 },
         runner: { workers: 1 },
       })`,
    )
    const signalled = execa(process.execPath, [program, 'run', 'late.ts'], { cwd: folder.path, reject: false })
    const { exitCode, signal: endedBy, stdout } = await signalled
    expect([exitCode, endedBy]).toEqual([0, undefined])
    expect(stdout).toContain('late: finished')
  },
)

test('the second signal does not wait for what is being simulated', async () => {
  valley({ runner: { drain: '1h' } })
  folder.write('hold', '')
  const { child, hears, ended } = await started(/generation 1\/3/, 'run', 'valley.ts')
  child.kill('SIGINT')
  await hears(/Stopping after SIGINT/)
  child.kill('SIGTERM')
  expect((await ended)[0]).toBe(75)
})

test('what is built in is listed with its settings, defaults and meaning', async () => {
  for (const [name, type, setting] of [
    ['optimizers', 'genetic-algorithm', { name: 'generations', type: 'integer' }],
    ['optimizers', 'cross-entropy', { name: 'seed', type: 'integer', default: 0 }],
    ['optimizees', 'epidemic', { name: 'infected', type: 'number', default: 3 }],
    ['optimizees', 'command', { name: 'workingDirectory', type: 'string' }],
  ] as const) {
    const listed = JSON.parse((await here(name, '--json')).stdout) as {
      type: string
      summary: string
      settings: unknown[]
    }[]
    const found = listed.find((one) => one.type === type)
    expect(found?.summary).toMatch(/\w/)
    expect(found?.settings).toContainEqual(
      expect.objectContaining({ ...setting, meaning: expect.stringMatching(/\w/) }),
    )
    const { stdout, stderr } = await here(name)
    expect(stdout).toMatch(new RegExp(`^${type}: `, 'm'))
    expect(stdout).toMatch(new RegExp(`^  ${setting.name} +`, 'm'))
    expect(stderr).toBe('')
  }
})

test('a reader that goes away is no error', async () => {
  const child = spawn('sh', ['-c', `"$1" "$2" optimizees | true`, 'sh', process.execPath, program])
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  await once(child, 'close')
  expect(stderr).toBe('')
})

test('a search in which nothing works ends with 1 and says of what, with an example and how to see more', async () => {
  const file = folder.write('broken.yaml', {
    optimizee: {
      command: ['sh', '-c', 'echo "the solver has no licence" >&2; exit 3', '{x}'],
      parameters: { x: { type: 'real', low: 0, high: 1 } },
      objectives: { y: 'minimize' },
    },
    optimizer: { type: 'genetic-algorithm', populationSize: 12, generations: 5 },
    runner: { workers: 2 },
  })
  const { code, stderr } = await twoloop('run', file)
  expect(code).toBe(1)
  expect(stderr).toContain('The search was given up, since its first 10 individuals have failed')
  const group = /^ *1\d +0\.0 +exit 3: The command ended with exit code 3\. \(the solver has no licence\)$/m
  const more = /^see more with {2}twoloop logs runs\/broken 0\.0$/m
  for (const text of [
    stderr,
    (await here('show', 'runs/broken')).stdout,
    (await here('status', 'runs/broken')).stdout,
  ]) {
    expect(text).toMatch(group)
    expect(text).toMatch(more)
  }
  const { failureGroups } = JSON.parse((await here('show', 'runs/broken', '--json')).stdout)
  expect(failureGroups).toMatchObject([{ cause: { kind: 'exit', exitCode: 3 }, example: '0.0' }])
})
