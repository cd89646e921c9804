import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserFolder } from './folder.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

const twoloop = (...words: string[]) => folder.twoloop(words, { TMPDIR: folder.path })

/** Runs a search of two generations of a simulation with the parameter x. */
async function searched(optimizee: object): Promise<void> {
  const file = folder.write('spring.json', {
    optimizee: {
      parameters: { x: { type: 'real', low: -5, high: 5 } },
      objectives: { error: 'minimize' },
      retries: 0,
      ...optimizee,
    },
    optimizer: { type: 'genetic-algorithm', populationSize: 4, generations: 2, seed: 1 },
    runner: { workers: 1 },
  })
  const { code, stderr } = await twoloop('run', file)
  expect([code, stderr]).toEqual([0, expect.any(String)])
}

async function replayed(name: string, ...options: string[]) {
  const { code, stdout, stderr } = await twoloop('replay', 'runs/spring', name, '--json', ...options)
  return { ...JSON.parse(stdout), code, stderr }
}

test('a command is replayed with its output at once, and the line that starts it by hand gives the same, once its shell has the environment', async () => {
  const script =
    'echo "trial $TWOLOOP_INDEX" >&2; echo "{{\\"error\\": $1, \\"seed\\": $TWOLOOP_SEED, \\"name\\": \\"$NAME\\"}}"'
  await searched({ command: ['sh', '-c', script, "it's", '{x}'], environment: { NAME: "A 'B' $HOME" } })
  const { code, stderr, recorded, byHand } = await replayed('0.2')
  expect([code, stderr]).toEqual([0, expect.stringContaining('trial 2\n')])
  expect(recorded.outputs).toMatchObject({ name: "A 'B' $HOME" })
  expect(byHand).not.toContain("'A ") // what stands under environment may be a secret
  const unset = await execa('sh', ['-c', byHand], { reject: false, env: { NAME: undefined } })
  expect([unset.failed, unset.stderr]).toEqual([true, expect.stringContaining('NAME: set it as environment does')])
  const { stdout } = await execa('sh', ['-c', byHand], { cwd: '/', env: { NAME: "A 'B' $HOME" } })
  expect(JSON.parse(stdout)).toEqual({ error: recorded.fitness[0], ...recorded.outputs })
})

test('the files of a command with a directory of its own are there when it is started by hand', async () => {
  folder.write('in.txt', '{x}')
  folder.write('add.txt', '1')
  const command = ['sh', '-c', 'cat in.txt > out.txt; test $(cat add.txt) = 1; read line; echo "$line" >&2']
  await searched({
    command,
    templates: ['in.txt'],
    files: ['add.txt'],
    input: 'stdin',
    result: { error: { file: 'out.txt' } },
  })
  const { code, identical, directory, byHand, stderr, recorded } = await replayed('0.1')
  expect([code, identical, stderr]).toEqual([0, true, expect.stringMatching(/^\{"x":[-\d.e]+\}$/)])
  expect(existsSync(join(directory, 'out.txt'))).toBe(false) // it was simulated well, and removed
  await execa('sh', ['-c', byHand])
  expect(Number(readFileSync(join(directory, 'out.txt'), 'utf8'))).toBe(recorded.fitness[0])
})

test('a program that stays is replayed, and its line can be given to it by hand', async () => {
  const script = 'echo \'{"ready": true}\'; while read -r line; do echo "got $line" >&2; echo \'{"result": 2}\'; done'
  await searched({ program: ['sh', '-c', script] })
  const { code, identical, stderr, byHand } = await replayed('0.3')
  expect([code, identical]).toEqual([0, true])
  const by = await execa('sh', ['-c', byHand])
  expect(by.stdout).toContain('{"result": 2}')
  // But for the directory, which is another one each time.
  expect(by.stderr.split('"directory"')[0]).toBe(stderr.split('"directory"')[0])
})

test('a result file that is kept in the folder of the experiment stays as it is', async () => {
  folder.write('out/readme', '')
  const path = 'out/{generation}-{index}.txt'
  await searched({ command: ['sh', '-c', 'echo {x} > "$0"', path], result: { from: 'file', path } })
  const kept = join(folder.path, 'out', '0-3.txt')
  writeFileSync(kept, 'mine')
  const { mtimeMs, ino } = statSync(kept)
  const { code, identical } = await replayed('0.3')
  expect([code, identical]).toEqual([0, true])
  expect(readFileSync(kept, 'utf8')).toBe('mine')
  expect([statSync(kept).mtimeMs, statSync(kept).ino]).toEqual([mtimeMs, ino])
  expect(readdirSync(join(folder.path, 'out')).filter((name) => name.endsWith('.kept'))).toEqual([])
})

test('an experiment of a grid is replayed in another directory than its own, and standard output is the answer alone', async () => {
  folder.write(
    'train.mjs',
    `import { writeFileSync } from 'node:fs'
     export default ({ lr, loggerKwargs }) => {
       console.log('training')
       writeFileSync(loggerKwargs.outputDir + '/model.txt', String(process.pid))
       return { Cost: lr }
     }`,
  )
  folder.write('sweep.yaml', 'thunk: train.mjs\nkeys: { lr: [0.1, 0.2] }\nobjectives: { Cost: minimize }\n')
  const grid = await twoloop('grid', 'sweep.yaml')
  expect([grid.code, grid.stderr]).toEqual([0, expect.any(String)])
  const [experiment] = readdirSync(join(folder.path, 'data'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.includes('lr0-2') && name.endsWith('model.txt'),
  )
  const kept = join(folder.path, 'data', experiment!)
  const model = readFileSync(kept, 'utf8')
  const { code, stdout, stderr } = await twoloop('replay', 'runs/sweep', '0.1', '--json')
  expect([code, stderr]).toEqual([0, expect.stringContaining('training')])
  const { identical, directory } = JSON.parse(stdout)
  expect(identical).toBe(true)
  expect(readFileSync(kept, 'utf8')).toBe(model)
  const written = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  expect(written.some((name) => name.endsWith('model.txt'))).toBe(true)
})
