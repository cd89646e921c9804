import { Individual } from '../../src/core/individual.ts'
import { isSame } from '../../src/core/plain-data.ts'
import { show } from '../../src/core/text.ts'
import { describeEnd } from '../../src/system/process-group.ts'
import { type Answers, misplacedAnswer, readAnswers, refuseResult } from './answers.ts'
import { Conversation } from './conversation.ts'
import { lineOf, lineOfMany, type Task } from './lines.ts'

/** What one check of a program has found. */
export interface Finding {
  readonly check: string
  /** `mend`: it breaks the protocol; `better`: it keeps to it, at a price. */
  readonly verdict: 'fine' | 'better' | 'mend'
  /** What came, and what there is to do. */
  readonly sentences: readonly string[]
}

export interface ConformanceOptions {
  readonly parameters: Readonly<Record<string, unknown>>
  /** Milliseconds that each answer is waited for. */
  readonly patience: number
  /** Milliseconds that a program is waited for which does not say that it is ready. */
  readonly ready: number
}

/** Drives a program through the protocol that `docs/programs.md` specifies, and says in words what it makes of it. */
export async function checkProgram(command: readonly string[], options: ConformanceOptions): Promise<Finding[]> {
  await using examination = new Examination(command, options)
  for (const check of ['ready', 'one'] as const) {
    if (!(await examination[check]())) return examination.findings // nothing more can be asked
  }
  await examination.several()
  await examination.together()
  await examination.unknown()
  await examination.impossible()
  await examination.tooLarge()
  await examination.long()
  await examination.end()
  return examination.findings
}

/** What was asked for with some lines, and what came of it. */
interface Asked extends Answers {
  /** Why not all is answered, in a sentence; undefined if it is. */
  readonly why: string | undefined
  readonly hasEnded: boolean
}

const seed = 1_234_567

class Examination implements AsyncDisposable {
  readonly findings: Finding[] = []
  readonly #command: readonly string[]
  readonly #options: ConformanceOptions
  #conversation: Conversation | undefined
  #takesBatches = false
  #takesAhead = false
  #ids = 0
  /** What the first individual gave. */
  #result: unknown

  constructor(command: readonly string[], options: ConformanceOptions) {
    this.#command = command
    this.#options = options
  }

  async ready(): Promise<boolean> {
    const { ready } = this.#options
    const conversation = new Conversation(this.#command)
    this.#conversation = conversation
    const { heard } = conversation
    const came = await conversation.until(() => heard.length > 0, ready)
    const [first] = heard
    if (came === 'ended' && !first) {
      const end = describeEnd(await conversation.ended)
      return this.#find('ready', 'mend', `It ${end} before it was given anything${lastWords(conversation)}.`)
    }
    if (!first) {
      const advice = 'let it print {"ready": true} when it has loaded what it needs'
      this.#find(
        'ready',
        'better',
        `It does not say that it is ready, so that each worker waits ${ready} ms; ${advice}.`,
      )
      return true
    }
    if (first.type !== 'ready') {
      return this.#find('ready', 'mend', `It said ${show(first.line)} before it was given anything.`)
    }
    this.#takesBatches = first.takesBatches
    this.#takesAhead = first.takesAhead
    return this.#find('ready', 'fine')
  }

  async one(): Promise<boolean> {
    const check = 'an individual'
    const task = this.#task()
    const asked = await this.#ask([lineOf(task)], [task])
    const answer = asked.byId.get(task.id)
    if (asked.why !== undefined) {
      const late = asked.hasEnded ? [] : await this.#afterItsInput(task)
      return this.#find(check, 'mend', asked.why, ...surplusIn(asked), ...late)
    }
    if ('error' in answer!) {
      const hint =
        Object.keys(this.#options.parameters).length === 0 ? '; give it parameters with --set name=value' : ''
      return this.#find(check, 'mend', `It answered with the error ${show(answer.error)}${hint}.`)
    }
    this.#result = answer!.result
    const refusal = refuseResult(this.#result)
    if (refusal !== undefined) return this.#find(check, 'mend', `The result ${refusal}, got ${show(this.#result)}.`)
    return this.#find(check, 'fine', `It gave ${show(this.#result)}.`, ...surplusIn(asked))
  }

  /** Whoever writes into a buffer, or reads all of its input first, answers when there is no more. */
  async #afterItsInput({ id }: Task): Promise<string[]> {
    const conversation = this.#conversation!
    conversation.endInput()
    await conversation.until(() => readAnswers(conversation.heard, [id]).byId.size > 0, this.#options.patience)
    if (readAnswers(conversation.heard, [id]).byId.size === 0) return []
    return ['It answers when its input has ended: let it read line by line, and flush its output after each answer.']
  }

  async several(): Promise<void> {
    const tasks = [this.#task(), this.#task(seed + 1), this.#task(), this.#task(seed + 2), this.#task()]
    const asked = await this.#ask(tasks.map(lineOf), tasks)
    if (this.#takesAhead && this.#conversation!.heard.some((said) => said.type === 'result' && said.id === undefined)) {
      const what = 'It says that it may be given individuals ahead, and an answer has no "id"; let each have it.'
      return void this.#find('several at once', 'mend', what)
    }
    this.#judge('several at once', asked, [tasks[0]!, tasks[2]!, tasks[4]!])
  }

  async together(): Promise<void> {
    if (!this.#takesBatches) return
    const names = Object.keys(this.#options.parameters)
    const tasks = [this.#task(), this.#task(seed + 1), this.#task()]
    const line = lineOfMany(tasks, {
      names,
      toValues: (parameters) => names.map((name) => parameters[name]),
      fromValues: (values) => Object.fromEntries(names.map((name, i) => [name, values[i]])),
    })
    this.#judge('a batch', await this.#ask([line], tasks), [tasks[0]!, tasks[2]!])
  }

  async unknown(): Promise<void> {
    const check = 'lines and keys that it does not know'
    const task = this.#task()
    const asked = await this.#ask(['{"greeting":"hello"}\n', extended(task, { farewell: [1, null] })], [task])
    const isAnswered = isSame(asked.byId.get(task.id), { result: this.#result })
    if (asked.why === undefined && isAnswered && asked.surplus.length === 0) return void this.#find(check, 'fine')
    const came = asked.why ?? `It answered ${show(asked.surplus[0] ?? asked.byId.get(task.id))}.`
    this.#find(check, 'better', came, 'Let it ignore them: a later version may send some.')
  }

  async impossible(): Promise<void> {
    await this.#survive('an individual without parameters', {})
  }

  async tooLarge(): Promise<void> {
    const numbers = Object.entries(this.#options.parameters).filter(([, value]) => typeof value === 'number')
    if (numbers.length === 0) return
    const large = Object.fromEntries(numbers.map(([name]) => [name, 1e308]))
    await this.#survive('numbers that overflow', { ...this.#options.parameters, ...large })
  }

  async long(): Promise<void> {
    const task = this.#task()
    const asked = await this.#ask([extended(task, { padding: 'x'.repeat(2 ** 20) })], [task])
    this.#judge('a line of a megabyte', asked, [task])
  }

  async end(): Promise<void> {
    const conversation = await this.#usable()
    conversation.endInput()
    const { patience } = this.#options
    if ((await conversation.until(() => false, patience)) === 'late') {
      this.#find(
        'the end of its input',
        'mend',
        `It is still there ${patience} ms after its input has ended; let it leave.`,
      )
      return
    }
    const end = await conversation.ended
    if (end.exitCode === 0) this.#find('the end of its input', 'fine')
    else this.#find('the end of its input', 'better', `It ${describeEnd(end)} at the end of its input; wanted 0.`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#conversation?.[Symbol.asyncDispose]()
  }

  /** Whether it answers what it cannot simulate, or makes what it can of it, and is as it was before. */
  async #survive(check: string, parameters: Readonly<Record<string, unknown>>): Promise<void> {
    const task = this.#task(seed, parameters)
    const { why, hasEnded, byId, bad } = await this.#ask([lineOf(task)], [task])
    if (why !== undefined && hasEnded) {
      const advice =
        'An answer {"id": ..., "error": "..."} in place of that would save the next individual a fresh start.'
      this.#find(check, 'better', why, advice)
      return
    }
    if (why !== undefined) {
      const hint =
        bad === undefined ? [] : ['Numbers that JSON has no word for are written NaN, Infinity and -Infinity.']
      this.#find(check, 'mend', why, ...hint)
      return
    }
    const next = this.#task()
    const asked = await this.#ask([lineOf(next)], [next])
    this.#judge(check, asked, [next], `It gave ${show(byId.get(task.id))}.`)
  }

  /** Checks that all is answered once, and that the same individual gives the same as before. */
  #judge(check: string, asked: Asked, repeated: readonly Task[], ...sentences: readonly string[]): void {
    const mend = [...(asked.why === undefined ? [] : [asked.why]), ...surplusIn(asked)]
    if (mend.length > 0) return void this.#find(check, 'mend', ...sentences, ...mend)
    const other = repeated
      .map(({ id }) => asked.byId.get(id)!)
      .find((answer) => !isSame(answer, { result: this.#result }))
    if (!other) return void this.#find(check, 'fine', ...sentences)
    const came = `The same parameters and seed gave ${show(this.#result)}, and now ${show('result' in other ? other.result : other)}`
    this.#find(check, 'better', ...sentences, `${came}; let a result depend on them alone.`)
  }

  async #ask(lines: readonly string[], tasks: readonly Task[]): Promise<Asked> {
    const { patience } = this.#options
    const conversation = await this.#usable()
    const { heard } = conversation
    const from = heard.length
    const ids = tasks.map(({ id }) => id)
    const answers = () => readAnswers(heard.slice(from), ids)
    conversation.say(...lines)
    const came = await conversation.until(() => {
      const { byId, bad } = answers()
      return byId.size === ids.length || bad !== undefined || misplacedAnswer(conversation.printed) !== undefined
    }, patience)
    const { byId, surplus, bad } = answers()
    const missing = ids.length - byId.size
    const some = ids.length === 1 ? 'an answer' : `${missing} of ${ids.length} answers`
    const misplaced = misplacedAnswer(conversation.printed)
    const why = (): string | undefined => {
      if (bad !== undefined) return `It answered with ${bad}.`
      if (missing === 0) return undefined
      if (misplaced !== undefined) {
        return `An answer stands behind other text on its line, ${show(misplaced)}: let it end the line before an answer.`
      }
      if (came === 'late') return `It did not give ${some} within ${patience} ms.`
      return `It ${describeEnd(conversation.end!)} without ${some}${lastWords(conversation)}.`
    }
    return { byId, surplus, bad, why: why(), hasEnded: came === 'ended' }
  }

  /** The conversation, or a new one in place of one that has come to nothing. */
  async #usable(): Promise<Conversation> {
    const conversation = this.#conversation!
    const isOver = conversation.end !== undefined || conversation.heard.some(({ type }) => type === 'bad')
    if (!isOver && misplacedAnswer(conversation.printed) === undefined) return conversation
    await conversation[Symbol.asyncDispose]()
    const next = new Conversation(this.#command)
    this.#conversation = next
    await next.until(() => next.heard.length > 0, this.#options.ready)
    return next
  }

  #task(ofSeed = seed, parameters = this.#options.parameters): Task {
    const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, parameters, ofSeed)
    return { id: ++this.#ids, individual, attempt: 1, directory: '/nowhere/individuals/0.0' }
  }

  /** Notes it; true if more can be asked. */
  #find(check: string, verdict: Finding['verdict'], ...sentences: readonly string[]): boolean {
    this.findings.push({ check, verdict, sentences })
    return verdict !== 'mend'
  }
}

function extended(task: Task, more: object): string {
  return `${JSON.stringify({ ...(JSON.parse(lineOf(task)) as object), ...more })}\n`
}

function surplusIn({ surplus: [first] }: Answers): string[] {
  return first === undefined ? [] : [`It answered what nobody has asked, or a second time: ${show(first)}.`]
}

function lastWords({ printed }: Conversation): string {
  const last = printed.trimEnd().split('\n').at(-1)!
  return last === '' ? '' : `; the last line that it printed was ${show(last)}`
}
