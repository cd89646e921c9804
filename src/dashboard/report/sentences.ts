import { basename } from 'node:path'
import { nameOf } from '../../core/individual.ts'
import { quoteWord } from '../../core/shell-words.ts'
import { budgetInWords, limitsInWords, replicationsInWords } from '../../record/problem-in-words.ts'
import type { RunSummary } from '../../record/summary.ts'
import { wordFor } from '../views/overview.ts'
import { grouped, plural } from '../words.ts'
import { citations } from './citations.ts'
import { type Contents, cut } from './contents.ts'

/** A paragraph for the methods section of a paper. */
export function methods({ overview: { summary, settings, found }, manifest, space, hash }: Contents): string {
  const { optimizer, seed, objectives, evaluations, individuals, generations, status, order } = summary
  const { constraints, replications, budget } = summary
  const limits = limitsOf(summary)
  const aims = Object.entries(objectives).map(([name, aim]) =>
    typeof aim === 'number' ? `${name} weighed by ${aim}` : `${aim} ${name}`,
  )
  const names =
    space.length > 8 ? `${space.length} parameters` : space.map(([name]) => name).join(', ') || 'the parameters'
  const how = settings
    .filter(([name]) => name !== 'seed')
    .slice(0, 12)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
  const citation = citations[optimizer ?? '']
  return [
    `We searched ${names} to ${aims.join(' and ')}${constraints.length === 0 ? '' : `, subject to ${cut(constraints.join(' and '))},`} with the optimizer ${optimizer ?? 'of a program'}${how === '' ? '' : ` (${cut(how)})`}`,
    citation === undefined ? '' : ` (${citation})`,
    ` of twoloop ${String(manifest.twoloop ?? '(version unknown)')}, seed ${seed ?? 'unknown'}, results ${toldInWords(order)}.`,
    replications ? ` The fitness of an individual is the ${replicationsInWords(replications)}.` : '',
    budget ? ` An individual was given ${budgetInWords(budget)}.` : '',
    limits.length === 0 ? '' : ` The limits of the search were ${limits.join(', ')}.`,
    ` ${grouped(evaluations.done)} of ${plural(individuals, 'individual')} in ${plural(generations, 'generation')} were simulated well,${evaluations.stopped === undefined ? '' : ` ${grouped(evaluations.stopped)} were stopped on their way,`} ${grouped(evaluations.failed)} failed; the search is ${status}.`,
    ` ${found}`,
    ` The SHA-256 of the canonical table of all individuals begins with ${hash.slice(0, 16)}.`,
  ].join('')
}

/** What the search was asked for, and by what it was led, as the rows of a table. */
export function searchedOf({ overview: { summary, problem } }: Contents): (readonly [string, string])[] {
  const { optimizer, order, limits } = summary
  const ofGenerations = Object.keys(limits).length === 0 ? limitsOf(summary) : []
  return [
    ...problem,
    ...ofGenerations.map((limit) => ['limits', limit] as const),
    ['optimizer', optimizer ?? 'of a program'],
    ['results', toldInWords(order)],
  ]
}

/** Without limits of its own a search ends when its optimizer has had its generations. */
function limitsOf({ limits, generationLimit }: RunSummary): string[] {
  const given = limitsInWords(limits)
  return given.length === 0 && generationLimit !== null ? [plural(generationLimit, 'generation')] : given
}

/** When results are told, within a sentence. */
function toldInWords(order: string): string {
  switch (order) {
    case 'generations':
      return 'told a generation at once'
    case 'ordered':
      return 'told one by one in the order of asking'
    case 'arrival':
      return 'told as they came'
    default:
      return `told in the order ${order}`
  }
}

/** Lines for a shell that start it again beside it, and compare: none of them may touch the run itself. */
export function commandsOf({ manifest, directory, overview: { summary, isFront } }: Contents): string[] {
  const [program = '', ...words] = Array.isArray(manifest.command) ? manifest.command.map(String) : []
  // The command is started by the path of its program.
  const started = [/(main\.[jt]s|\/twoloop)$/.test(program) ? 'twoloop' : program, ...words]
  const name = basename(directory)
  const again = [...without(started, ['--overwrite'], ['--root', '--name']), '--root', 'again', '--name', name]
  const run = wordFor(directory)
  return [
    ...(program === '' ? [] : ['# as it was started', inShell(without(started, ['--overwrite'])), '']),
    ...(started[0] === 'twoloop' && started[1] === 'run'
      ? [
          '# once more from the beginning, beside it: the same table has the same SHA-256',
          inShell(again),
          `twoloop export ${quoteWord(`again/${name}`)} --canonical | sha256sum`,
        ]
      : ['# the same table has the same SHA-256']),
    `twoloop export ${run} --canonical | sha256sum`,
    ...(summary.best
      ? [
          '',
          `# simulates ${isFront ? 'one of the front' : 'the best individual'} again, and compares`,
          `twoloop replay ${run} ${nameOf(summary.best)}`,
        ]
      : []),
  ]
}

/** The words of a command without flags, and without options that have a value of their own. */
function without(words: readonly string[], flags: readonly string[], options: readonly string[] = []): string[] {
  return words.filter(
    (word, i) =>
      !flags.includes(word) && !options.includes(word.split('=')[0]!) && !options.includes(words[i - 1] ?? ''),
  )
}

function inShell(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

const factNames = {
  ...{
    twoloop: 'twoloop',
    node: 'Node.js',
    platform: 'platform',
    host: 'begun on',
    created: 'begun',
    commit: 'commit',
  },
  ...{
    code: 'code of the simulation (SHA-256)',
    simulation: 'what results depend on (SHA-256)',
    allocations: 'Slurm jobs',
  },
} as const

/** What it was made with. */
export function factsOf({ manifest, hash, hosts, overview: { summary } }: Contents): (readonly [string, string])[] {
  const known = Object.entries(factNames).flatMap(([key, name]) => {
    const value = manifest[key]
    const isSaid = value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
    return !isSaid ? [] : [[name, cut(typeof value === 'string' ? value : JSON.stringify(value))] as const]
  })
  const machines =
    hosts.length > 12 ? `${hosts.slice(0, 12).join(', ')} and ${hosts.length - 12} others` : hosts.join(', ')
  return [
    ...known,
    ...(machines === '' ? [] : [['machines', machines] as const]),
    ['seed', String(summary.seed ?? 'unknown')],
    ['canonical table (SHA-256)', hash],
  ]
}
