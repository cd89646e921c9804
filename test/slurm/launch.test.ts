import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readManifest } from '../../src/record/reader.ts'
import { eventually, processesNaming } from '../processes.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'
import { clusterOfFile, slurm } from './cluster.ts'
import { journalOf, openGate } from './held-search.ts'

const onSlurm = test.skipIf(!slurm)
const cluster = clusterOfFile({ SLURM_TESTBED_GPUS: '2' })

onSlurm.each(['in TypeScript', 'as a Python command'])(
  'the epidemic %s comes to the same on the cluster as on this machine',
  async (language) => {
    const directory = cluster.directory()
    cpSync(join(import.meta.dirname, '../examples/epidemic'), directory, { recursive: true })
    const file =
      language === 'in TypeScript'
        ? write(directory, { ...search, name: 'epidemic', optimizee: { type: 'epidemic' } })
        : join(directory, 'epidemic.yaml')
    const few = ['--generations', '3', '--set', 'optimizer.populationSize=8']
    const local = join(directory, 'local')
    const remote = join(directory, 'remote')
    const here = await cluster.command('run', file, '--root', local, '--workers', '2', ...few)
    expect(here.code, here.stderr).toBe(0)
    const there = await cluster.twoloop(['-N2', '-n4'], 'run', file, '--root', remote, '--launcher', 'srun', ...few)
    expect(there.code, there.stderr).toBe(0)
    const shown = await show(join(remote, 'epidemic'))
    expect(shown.hash).toBe((await show(join(local, 'epidemic'))).hash)
    expect(shown.evaluations).toMatchObject({ failed: 0 })
    expect(shown.workers).toEqual({ launched: 4, alive: 0, lost: 0 }) // as many as there are CPUs, one step each
  },
)

onSlurm('workers are where the CPUs are, and it is recorded where each individual was simulated', async () => {
  const directory = cluster.directory()
  const file = write(directory, { ...search, optimizee: atGate(directory) })
  // Of four CPUs on two nodes, Slurm gives three of one and one of the other.
  const allocation = ['-N2', '-n4', '--nodelist=node1,node2', '--time=60']
  const options = ['--launcher', 'srun', '--workers', '9']
  const ended = cluster.twoloop(allocation, 'run', file, '--root', directory, ...options)
  await eventually(() => new Set(journalOf(directory).map(({ step }) => step)).size === 4, 'all simulate')
  openGate(directory)
  const { code, stderr } = await ended
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/^9 workers are wanted, and job \d+ has 4 CPUs \(3 on node1, 1 on node2\): 4 are used\.$/m)
  const run = join(directory, 'search')
  const table = await cluster.command('export', run, '--provenance', '--json')
  const rows = JSON.parse(table.stdout) as { slurmJob: string; slurmNode: string; slurmStep: string; cpu: string }[]
  const nodeOf = new Map(rows.map(({ slurmStep, slurmNode }) => [slurmStep, slurmNode]))
  expect([...nodeOf.values()].sort()).toEqual(['node1', 'node1', 'node1', 'node2'])
  for (const row of rows) expect(row).toMatchObject({ attempts: 1, slurmJob: /^\d+$/, slurmCpus: '1', cpu: /./ })
  const { attempts } = await show(run, '--individual', '1.1')
  expect(attempts).toMatchObject([{ provenance: { slurmJob: rows[0]!.slurmJob, slurmNode: /^node[12]$/ } }])
  const canonical = await cluster.command('export', run, '--canonical')
  expect(canonical.stdout).not.toContain('node1')
  const recorded = { job: rows[0]!.slurmJob, restarts: 0, nodes: 'node1,node2', cpus: 4, timeLimit: '01:00:00' }
  expect(readManifest(run).allocations).toMatchObject([{ epoch: 1, ...recorded, partition: 'debug' }])
})

onSlurm('outside of an allocation nothing is started, and it says what to do', async () => {
  const directory = cluster.directory()
  const file = write(directory, search)
  const { code, stderr } = await cluster.command('run', file, '--root', join(directory, 'runs'), '--launcher', 'srun')
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /^twoloop: --launcher srun starts workers in a Slurm allocation, and this is none: .*salloc.*submit\.\n$/,
  )
  expect(readdirSync(directory)).toEqual(['experiment.json'])
})

onSlurm('a run directory that the nodes do not see is found out by the first worker alone', async () => {
  const root = temporaryDirectory()
  const file = write(cluster.directory(), search)
  if (!cluster.isIsolated) return
  // A folder of the same name on the node's own disk is another, even with a run in it.
  const options = ['--root', root, '--launcher', 'srun', '--set', 'runner.heartbeatTimeout=1s']
  const decoy = `mkdir -p ${root}/search/workers/000001; echo '{ "run": "another" }' >${root}/search/run.json`
  cluster.ask('srun', '-N4', '/bin/sh', '-c', decoy)
  const { code, stderr } = await cluster.twoloop(['-N2', '-n4'], 'run', file, ...options)
  expect(code).toBe(2)
  const [sentence, ...others] = stderr.split('\n').filter((line) => line.startsWith('twoloop: '))
  expect(sentence).toBe(
    `twoloop: No worker can be started: it does not see ${root}/search on node1; the run directory must lie on a file system that all nodes share.`,
  )
  expect(others).toEqual([])
  expect(readdirSync(join(root, 'search/workers'))).toEqual(['000001'])
})

onSlurm.each([
  ['an option that srun does not know', 'srun=[--frob]', "unrecognized option '--frob'"],
  ['what the job does not have', 'gpusPerWorker=1', 'Invalid generic resource (gres) specification'],
  ['a node of another job', 'srun=[--nodelist=node4]', 'Requested node configuration is not available'],
])("%s is refused in Slurm's words, once", async (_, setting, words) => {
  const directory = cluster.directory()
  const options = ['--root', directory, '--launcher', 'srun', '--set', `runner.${setting}`]
  const { code, stderr } = await cluster.twoloop(
    ['-N2', '-n4', '--exclude=node4'],
    'run',
    write(directory, search),
    ...options,
  )
  expect(code).toBe(2)
  expect(stderr.split(words)).toHaveLength(2)
  expect(stderr).toContain('twoloop: No worker can be started: it was refused by Slurm: ')
  expect(readdirSync(join(directory, 'search/workers'))).toEqual(['000001'])
})

onSlurm('workers that need more CPUs than any node has are refused before anything is started', async () => {
  const directory = cluster.directory()
  const options = ['--root', join(directory, 'runs'), '--launcher', 'srun', '--set', 'runner.cpusPerWorker=3']
  const { code, stderr } = await cluster.twoloop(
    ['-N2', '-n2', '--nodelist=node1,node2'],
    'run',
    write(directory, search),
    ...options,
  )
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /A worker needs 3 CPUs of one node, and job \d+ has 2 CPUs \(1 on node1, 1 on node2\): ask for/,
  )
  expect(readdirSync(directory)).toEqual(['experiment.json'])
})

onSlurm("L2L's runner parameters start workers by srun, with the CPUs for all tasks of a simulation", async () => {
  const directory = cluster.directory()
  const program = `
    import { Experiment, GeneticAlgorithm } from ${JSON.stringify(join(build, 'src/index.js'))}
    import activeWait from ${JSON.stringify(join(build, 'optimizees/active-wait.js'))}
    const experiment = new Experiment({ root: ${JSON.stringify(directory)} })
    const runnerParams = {
      srun: 'srun -n 2 -c1 --exclusive --comment="of two words"',
      exec: '/usr/bin/env TOLD=yes ${process.execPath}',
      maxWorkers: 2,
    }
    const { runnerSettings } = await experiment.prepareExperiment({ name: 'search', runnerParams })
    const optimizee = activeWait()
    const optimizer = new GeneticAlgorithm(optimizee, { populationSize: 8, generations: 2, seed: 1 })
    const { status } = await experiment.runExperiment(optimizer, optimizee)
    await experiment.endExperiment(optimizer)
    console.log(JSON.stringify({ status, srun: runnerSettings.srun }))`
  const child = cluster.salloc(
    ['-N2', '-n4', '--ntasks-per-node=2'],
    process.execPath,
    '--input-type=module',
    '-e',
    program,
  )
  expect(await child.ended, child.stderr()).toBe(0)
  expect(JSON.parse(child.stdout())).toEqual({
    status: 'finished',
    srun: ['-n', '2', '-c1', '--exclusive', '--comment=of two words'],
  })
  const table = await cluster.command('export', join(directory, 'search'), '--provenance', '--json')
  const rows = JSON.parse(table.stdout) as { slurmCpus: string; worker: number }[]
  expect(new Set(rows.map(({ slurmCpus }) => slurmCpus))).toEqual(new Set(['2']))
  expect((await show(join(directory, 'search'))).workers).toMatchObject({ launched: 2 })
})

onSlurm('the tasks of a simulation stay on the CPUs that its worker keeps for them', async () => {
  const directory = cluster.directory()
  const seen = join(directory, 'seen')
  mkdirSync(seen)
  // The first task answers; each says beside whom it ran, for whom, and waits until both nodes have their part.
  const says = `echo "$SLURMD_NODENAME" >"${seen}/$TWOLOOP_GENERATION.$TWOLOOP_INDEX.$SLURM_PROCID"`
  const task = `${says}; ${until(`cat ${seen}/*`, 2)}; [ "$SLURM_PROCID" != 0 ] || echo 1`
  const file = write(directory, {
    ...search,
    optimizee: command(`srun -n 3 /bin/sh -c '${task}'`),
    runner: { tasksPerWorker: 3, launcher: 'srun' },
  })
  const { code, stderr } = await cluster.twoloop(
    ['-N2', '-n8', '--ntasks-per-node=4'],
    'run',
    file,
    '--root',
    directory,
  )
  expect(code, stderr).toBe(0)
  const table = await cluster.command('export', join(directory, 'search'), '--provenance', '--json')
  const rows = JSON.parse(table.stdout) as { generation: number; index: number; slurmNode: string }[]
  for (const { generation, index, slurmNode } of rows) {
    const nodes = [0, 1, 2].map((rank) => readFileSync(join(seen, `${generation}.${index}.${rank}`), 'utf8').trim())
    expect(nodes).toEqual([slurmNode, slurmNode, slurmNode])
  }
  expect(new Set(rows.map(({ slurmNode }) => slurmNode)).size).toBe(2)
})

onSlurm.each(['srun', 'sbatch'])(
  'a simulation of several tasks starts them also where the job was submitted without an environment, by %s',
  async (launcher) => {
    const directory = cluster.directory()
    const file = write(directory, {
      ...search,
      optimizee: command(
        `[ "$SLURM_TASKS_PER_NODE" = 2 ] && srun -n 2 sh -c '[ "$SLURM_PROCID" != 0 ] || echo "$SLURM_NTASKS"'`,
      ),
      runner: { tasksPerWorker: 2, workers: 1, launcher, slurmInterval: '1s', retries: 0, sbatch: ['--export=NONE'] },
    })
    const run = ['run', file, '--root', directory, '--generations', '1']
    const main = [process.execPath, join(build, 'command/main.js')]
    const child =
      launcher === 'srun'
        ? cluster.salloc(['-N1', '-n2'], 'env', 'SLURM_EXPORT_ENV=NONE', ...main, ...run)
        : cluster.begin('env', ...main, ...run)
    expect(await child.ended, child.stderr()).toBe(0)
    const { evaluations, best } = await show(join(directory, 'search'))
    expect(evaluations.failed).toBe(0)
    expect(best.fitness).toEqual([2])
  },
)

onSlurm('each worker has GPUs that no other has', async () => {
  const directory = cluster.directory()
  const seen = join(directory, 'seen')
  const file = write(directory, {
    ...search,
    optimizee: command(`echo "$SLURMD_NODENAME $CUDA_VISIBLE_DEVICES" >>${seen}; ${until(`cat ${seen}`, 4)}; echo 1`),
    runner: { gpusPerWorker: 1, workers: 4, launcher: 'srun' },
  })
  const allocation = ['-N2', '-n8', '--ntasks-per-node=4', '--gpus-per-node=2']
  const { code, stderr } = await cluster.twoloop(allocation, 'run', file, '--root', directory)
  expect(code, stderr).toBe(0)
  const places = new Set(readFileSync(seen, 'utf8').trim().split('\n'))
  expect([...places].sort()).toEqual(['node1 0', 'node1 1', 'node2 0', 'node2 1'])
})

onSlurm('workers that share a batch job share its GPUs out as well', async () => {
  const directory = cluster.directory()
  const seen = join(directory, 'seen')
  const file = write(directory, {
    ...search,
    optimizee: command(
      `echo "$SLURM_JOB_ID $TWOLOOP_WORKER $CUDA_VISIBLE_DEVICES" >>${seen}; ${until(`cat ${seen}`, 4)}; echo 1`,
    ),
    runner: { gpusPerWorker: 1, workers: 4, workersPerJob: 2, launcher: 'sbatch', slurmInterval: '1s' },
  })
  const { code, stderr } = await cluster.command('run', file, '--root', directory)
  expect(code, stderr).toBe(0)
  const places = new Set(readFileSync(seen, 'utf8').trim().split('\n'))
  const [first, second, ...others] = new Set([...places].map((place) => place.split(' ')[0]))
  const gpusOf = (job: string) =>
    [...places].filter((place) => place.startsWith(`${job} `)).map((place) => place.split(' ')[2])
  expect(gpusOf(first!).sort()).toEqual(['0', '1'])
  expect(gpusOf(second!).sort()).toEqual(['0', '1'])
  expect(others).toEqual([])
})

onSlurm('a simulation that does not end when the search is to stop is told, and then its worker is ended', async () => {
  const directory = cluster.directory()
  const notes = join(directory, 'notes')
  const file = write(directory, {
    ...search,
    optimizee: command(`trap 'echo told >>${notes}; exit 1' TERM; echo begun >>${notes}; while :; do sleep 0.1; done`),
    runner: { workers: 1, drain: '1s', launcher: 'srun' },
  })
  const child = cluster.salloc(
    ['-N1', '-n1'],
    process.execPath,
    join(build, 'command/main.js'),
    'run',
    file,
    '--root',
    directory,
  )
  const said = () => (existsSync(notes) ? readFileSync(notes, 'utf8') : '')
  await eventually(() => said() === 'begun\n', 'it simulates')
  const runner = processesNaming(`run ${file}`).find(({ command }) => !command.startsWith('salloc'))!
  process.kill(runner.pid, 'SIGTERM')
  expect(await child.ended, child.stderr()).toBe(75)
  expect(said()).toBe('begun\ntold\n')
  expect(processesNaming(notes)).toEqual([])
  // What srun says where it has been signalled itself, and has killed its tasks.
  const words = readFileSync(join(directory, 'search/workers/000001/srun.txt'), 'utf8')
  expect(words).not.toContain('forcing job termination')
  const { status, evaluations } = await show(join(directory, 'search'))
  expect({ status, evaluations }).toEqual({ status: 'stopped', evaluations: { done: 0, failed: 0 } })
})

onSlurm('a worker that Slurm does not let start yet is waited for, and status says why', async () => {
  const directory = cluster.directory()
  const file = write(directory, { ...search, optimizee: atGate(directory) })
  const gate = join(directory, 'gate')
  // Somebody else's step keeps one of the two CPUs until the gate is there, for which the simulations wait, too.
  const script = `
    srun -N1 -n1 --exact --mem=0 /bin/sh -c 'touch ${gate}-held; until [ -e ${gate} ]; do sleep 0.1; done' &
    until [ -e ${gate}-held ]; do sleep 0.1; done
    ${process.execPath} ${join(build, 'command/main.js')} run ${file} --root ${directory} --launcher srun
    code=$?; wait; exit $code`
  const child = cluster.salloc(['-N1', '-n2', '--nodelist=node1'], '/bin/sh', '-c', script)
  onTestFinished(() => openGate(directory))
  const run = join(directory, 'search')
  // The first worker goes alone: until it simulates, it may be the one that waits.
  await eventually(() => existsSync(join(directory, 'journal')), 'the first worker simulates')
  const status = await cluster.status(
    run,
    /^waiting +1 worker for Slurm: (Job \d+ step creation temporarily disabled, retrying .*|its step has not been started yet)$/m,
  )
  expect(status).toMatch(/^slurm +job \d+ is running on node1$/m)
  openGate(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  const { workers, evaluations } = await show(run)
  expect(workers).toEqual({ launched: 2, alive: 0, lost: 0 })
  expect(evaluations.failed).toBe(0)
})

onSlurm('within a step that holds the CPUs, workers share them', async () => {
  const directory = cluster.directory()
  const args = ['run', write(directory, search), '--root', directory, '--launcher', 'srun', '--workers', '2']
  const child = cluster.begin('srun', '-N1', '-n1', process.execPath, join(build, 'command/main.js'), ...args)
  expect(await child.ended, child.stderr()).toBe(0)
  await eventually(() => cluster.ask('squeue', '--noheader') === '', 'no job is left')
})

const search = {
  name: 'search',
  optimizee: { type: 'function', name: 'rastrigin2d' },
  optimizer: { type: 'genetic-algorithm', populationSize: 8, generations: 3, seed: 1 },
}

/** Simulations that say where they are, and do not end before there is a file `gate`. */
function atGate(directory: string) {
  const module = join(import.meta.dirname, '../fixtures/optimizees/on-cluster.ts')
  return { module, options: { journal: join(directory, 'journal'), takes: 0, gate: join(directory, 'gate') } }
}

/** Shell that waits until a command prints so many different lines. */
const until = (command: string, lines: number) =>
  `until [ "$(${command} | sort -u | wc -l)" -ge ${lines} ]; do sleep 0.1; done`

/** A simulation that is a line of shell. */
function command(line: string) {
  return {
    command: ['/bin/sh', '-c', line],
    parameters: { x: { type: 'real', low: 0, high: 1 } },
    objectives: { cost: 'minimize' },
  }
}

function write(directory: string, experiment: object): string {
  const file = join(directory, 'experiment.json')
  writeFileSync(file, JSON.stringify(experiment))
  return file
}

async function show(run: string, ...options: readonly string[]) {
  const { code, stdout, stderr } = await cluster.command('show', run, '--json', ...options)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
