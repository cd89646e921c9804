import { ScreenReader } from '../record/screen-reader.ts'
import type { RunSummary } from '../record/summary.ts'
import type { ListedRun, RunsAnswer } from './answers.ts'
import { comparison, mostCompared } from './comparison.ts'
import { type FoundRuns, problemOf } from './found-runs.ts'
import { Query, QueryError } from './query.ts'
import { shownVersion } from './shown-version.ts'
import { SlurmWords } from './slurm-words.ts'
import { views } from './views/index.ts'

interface Answer {
  readonly status: number
  /** JSON */
  readonly body: string
}

/** The most answers that are remembered; each is as large as a screen. */
const mostRemembered = 100

/** The answers to the page's questions; one about a record that has not changed is not looked for again. */
export class RunAnswers {
  readonly #runs: FoundRuns
  readonly #slurm = new SlurmWords()
  readonly #remembered = new Map<string, Answer>()

  constructor(runs: FoundRuns) {
    this.#runs = runs
  }

  /** Undefined if there is nothing at that address. */
  async of({ pathname, search, searchParams }: URL): Promise<Answer | undefined> {
    if (pathname === '/api/runs') {
      new Query(searchParams).refuseOthers()
      return { status: 200, body: JSON.stringify(await this.#list(Date.now())) }
    }
    if (pathname === '/api/compare') return await this.#compare(search, searchParams)
    const [, number, name] = /^\/api\/runs\/(\d{1,6})\/([a-z-]+)$/.exec(pathname) ?? []
    const directory = this.#runs.directory(Number(number))
    if (directory === undefined || name === undefined || !Object.hasOwn(views, name)) return undefined
    return await this.#rememberedOr(`${pathname}${search}`, [shownVersion(directory)], () =>
      this.#make(directory, name, searchParams),
    )
  }

  async #compare(search: string, words: URLSearchParams): Promise<Answer> {
    this.#runs.look()
    const { directories } = this.#runs
    const versions = [...(words.get('runs') ?? '').matchAll(/\d+/g)].slice(0, mostCompared).map(([number]) => {
      const directory = directories.get(Number(number))
      return directory === undefined ? 'none' : shownVersion(directory)
    })
    return await this.#rememberedOr(`compare${search}`, versions, async () => {
      return { status: 200, body: JSON.stringify(comparison(directories, new Query(words))) }
    })
  }

  /** An answer to that question, new unless nothing that it tells of has changed. @param versions undefined where that is not known */
  async #rememberedOr(
    question: string,
    versions: readonly (string | undefined)[],
    make: () => Promise<Answer>,
  ): Promise<Answer> {
    if (versions.includes(undefined)) return await make()
    const key = `${question} ${versions.join(' ')}`
    const answer = this.#remembered.get(key) ?? (await make())
    this.#remembered.delete(key)
    this.#remembered.set(key, answer)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > mostRemembered) this.#remembered.delete(oldest!)
    return answer
  }

  async #list(now: number): Promise<RunsAnswer> {
    const runs = this.#runs.lines(now)
    const submitted = this.#runs.submitted()
    const jobs = [
      ...runs.flatMap((run) => ('problem' in run ? [] : (run.job ?? []))),
      ...submitted.map(({ job }) => job),
    ]
    const words = await this.#slurm.of(jobs, now)
    return {
      root: this.#runs.root,
      runs: runs.map((run) => {
        if ('problem' in run) return run
        const { job, summary, ...line } = run
        return { ...line, summary: listed(summary), slurm: (job !== undefined && words.get(job)) || null }
      }),
      submitted: submitted.map(({ name, job }) => ({
        name,
        words: words.get(job) ?? `job ${job} has ended, or is not known to Slurm, and the run has not begun`,
      })),
    }
  }

  async #make(directory: string, name: string, words: URLSearchParams): Promise<Answer> {
    let record: ScreenReader | undefined
    try {
      record = ScreenReader.openForReading(directory)
      using _ = record.holdStill()
      const answer = await views[name]!({ record, query: new Query(words), now: Date.now() })
      return { status: 200, body: JSON.stringify(answer) }
    } catch (error) {
      if (error instanceof QueryError) throw error
      return { status: 409, body: JSON.stringify({ problem: problemOf(directory, error) }) }
    } finally {
      record?.close()
    }
  }
}

function listed(summary: RunSummary): ListedRun {
  const { status, reason, generations, generationLimit, evaluations, objectives } = summary
  const { best, holder, optimizer, seed, created } = summary
  return {
    ...{ status, reason, generations, generationLimit, evaluations, objectives, holder, optimizer, seed, created },
    best: best && { fitness: best.fitness, violation: best.violation, budget: best.budget },
  }
}
