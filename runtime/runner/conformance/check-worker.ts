import type { Finding } from '../../../optimizees/program/conformance.ts'
import { isSame } from '../../../src/core/plain-data.ts'
import { show } from '../../../src/core/text.ts'
import { describeEnd } from '../../../src/system/process-group.ts'
import { livenessOf, ownIdentity } from '../../../src/system/process-identity.ts'
import { type AttemptKey, type Hello, isFromWorker, protocolVersion, type Result } from '../../channel/protocol.ts'
import { checkedRun, checkedWorker, WorkerConversation, wellFormed } from './worker-conversation.ts'

export interface WorkerCheckOptions {
  readonly parameters: Readonly<Record<string, unknown>>
  /** Milliseconds that each answer is waited for. */
  readonly patience: number
}

/** How long a worker is to wait for a runner that is gone, in milliseconds. */
const grace = { long: 600_000, short: 2000 }
const seed = 1_234_567

/** Drives a worker through the protocol that `runtime/channel/PROTOCOL.md` specifies, and says in words what it makes of it. */
export async function checkWorker(command: readonly string[], options: WorkerCheckOptions): Promise<Finding[]> {
  await using examination = new Examination(command, options)
  for (const check of ['hello', 'ready', 'one'] as const) {
    if (!(await examination[check]())) return examination.findings // nothing more can be asked
  }
  await examination.several()
  await examination.unknown()
  await examination.impossible()
  await examination.parts()
  await examination.nextSegment()
  await examination.anotherRunner()
  await examination.heart()
  await examination.stop()
  await examination.noRunner()
  await examination.signal()
  return examination.findings
}

/** What came of some individuals. */
interface Asked {
  /** The results in the order in which they were answered. */
  readonly results: readonly Result[]
  /** Why not all is as it should be, in a sentence; undefined if it is. */
  readonly why: string | undefined
  readonly hasEnded: boolean
}

class Examination implements AsyncDisposable {
  readonly findings: Finding[] = []
  readonly #command: readonly string[]
  readonly #options: WorkerCheckOptions
  #conversation: WorkerConversation
  #indices = 0
  /** What the first individual gave. */
  #fitness: readonly number[] | null = null

  constructor(command: readonly string[], options: WorkerCheckOptions) {
    this.#command = command
    this.#options = options
    this.#conversation = this.#start(grace.long)
  }

  async hello(): Promise<boolean> {
    const check = 'hello'
    const why = await this.#await(() => this.#conversation.heard.length > 0, 'its hello')
    if (why !== undefined) return this.#find(check, 'mend', why)
    const [first] = this.#conversation.heard
    if (!isFromWorker(first) || first.type !== 'hello') {
      return this.#find(check, 'mend', `Its first message is ${show(first)}; wanted hello, with all that it has.`)
    }
    const wanted = { protocol: protocolVersion, run: checkedRun, worker: checkedWorker, epoch: 1 }
    const wrong = Object.entries(wanted).filter(([key, value]) => first[key as keyof Hello] !== value)
    if (wrong.length > 0) {
      const [[key, value]] = wrong as [[string, unknown]]
      return this.#find(
        check,
        'mend',
        `${key} of its hello is ${show(first[key as keyof Hello])}; wanted ${show(value)}.`,
      )
    }
    const { host, space } = ownIdentity()
    if (first.host !== host || first.space !== space) {
      const sentence = `host and space of its hello are ${show(first.host)} and ${show(first.space)}, here they are ${show(host)} and ${show(space)}`
      return this.#find(
        check,
        'better',
        `${sentence}: a runner that comes back could not look whether its process lives.`,
      )
    }
    if (livenessOf(first) === 'alive') return this.#find(check, 'fine')
    const sentence = `pid and started of its hello are ${first.pid} and ${show(first.started)}, and there is no such process`
    return this.#find(check, 'mend', `${sentence}: its runner would take it for dead.`)
  }

  async ready(): Promise<boolean> {
    const said = () => wellFormed(this.#conversation.heard).find(({ type }) => type === 'ready' || type === 'refused')
    const why = await this.#await(() => said() !== undefined, 'ready')
    const message = said()
    if (message?.type === 'refused') return this.#find('ready', 'mend', `It refuses: ${message.reason}`)
    return why === undefined ? this.#find('ready', 'fine') : this.#find('ready', 'mend', why)
  }

  async one(): Promise<boolean> {
    const check = 'an individual'
    const { results, why } = await this.#ask([this.#individual()])
    if (why !== undefined) return this.#find(check, 'mend', why)
    const [[, , fitness, cause]] = results as [Result]
    if (fitness === null) {
      const hint =
        Object.keys(this.#options.parameters).length === 0 ? '; give it parameters with --set name=value' : ''
      return this.#find(check, 'mend', `It failed: ${cause!.message}${hint}.`)
    }
    this.#fitness = fitness
    return this.#find(check, 'fine', `It gave ${show(fitness)}.`)
  }

  async several(): Promise<void> {
    const individuals = [this.#individual(), this.#individual(seed + 1), this.#individual(), this.#individual()]
    const asked = await this.#ask(individuals)
    const order = asked.results.map(([key]) => key)
    if (
      asked.why === undefined &&
      !isSame(
        order,
        individuals.map(([key]) => key),
      )
    ) {
      this.#find(
        'several at once',
        'mend',
        'It did not answer in the order in which it was given them: its runner blames the first that is open when it dies.',
      )
      return
    }
    this.#judge('several at once', asked, [0, 2, 3])
  }

  async unknown(): Promise<void> {
    this.#conversation.say({ type: 'greeting' })
    const individuals = [this.#individual()]
    const extended = { type: 'simulate', individuals, farewell: [1, null] } as const
    this.#judge(
      'messages and keys that it does not know',
      await this.#askBy(individuals, () => this.#conversation.say(extended)),
      [0],
    )
  }

  async impossible(): Promise<void> {
    const check = 'an individual that it cannot simulate'
    const values = Object.keys(this.#options.parameters).map(() => null)
    const { why, hasEnded, results } = await this.#ask([this.#individual(seed, values)])
    if (why !== undefined && hasEnded) {
      this.#find(
        check,
        'better',
        why,
        'A result with a cause in place of that would save the next individual a fresh worker.',
      )
      await this.#restart(grace.long)
      return
    }
    if (why !== undefined) return void this.#find(check, 'mend', why)
    const [[, , fitness, cause]] = results as [Result]
    const came = fitness ? `It gave ${show(fitness)}.` : `It gave the cause ${show(cause!.message)}.`
    this.#judge(check, await this.#ask([this.#individual()]), [0], came)
  }

  async parts(): Promise<void> {
    const individuals = [this.#individual()]
    const say = () => this.#conversation.sayInParts({ type: 'simulate', individuals })
    this.#judge('a message that comes in parts', await this.#askBy(individuals, say), [0])
  }

  async nextSegment(): Promise<void> {
    this.#conversation.goOn()
    this.#judge('the next segment', await this.#ask([this.#individual()]), [0])
  }

  async anotherRunner(): Promise<void> {
    this.#conversation.takeOver()
    this.#judge('another runner that takes over', await this.#ask([this.#individual()]), [0])
  }

  async heart(): Promise<void> {
    const seen = new Set<string>()
    const beats = () => seen.add(this.#conversation.heart).size > 3 // nothing, perhaps, and three beats
    const why = await this.#await(beats, 'three beats of its heart')
    this.#find('its heart', why === undefined ? 'fine' : 'mend', ...(why === undefined ? [] : [why]))
  }

  async stop(): Promise<void> {
    this.#conversation.say({ type: 'stop' })
    await this.#leave('being asked to leave', 'stop', 'mend')
  }

  async noRunner(): Promise<void> {
    await this.#restart(grace.short)
    await this.#conversation.vanish()
    await this.#leave('a runner that is gone', 'grace', 'mend')
  }

  async signal(): Promise<void> {
    await this.#restart(grace.long)
    this.#conversation.askToEnd()
    await this.#leave('SIGTERM', 'signal', 'better')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#conversation[Symbol.asyncDispose]()
  }

  #start(graceMs: number): WorkerConversation {
    return new WorkerConversation(this.#command, Object.keys(this.#options.parameters), graceMs)
  }

  /** Another worker, in a run of its own, that is ready. */
  async #restart(graceMs: number): Promise<void> {
    await this.#conversation[Symbol.asyncDispose]()
    this.#conversation = this.#start(graceMs)
    await this.#await(() => wellFormed(this.#conversation.heard).some(({ type }) => type === 'ready'), 'ready')
  }

  /** Checks that the worker says that it leaves, and leaves. */
  async #leave(check: string, reason: string, verdict: 'mend' | 'better'): Promise<void> {
    const { patience } = this.#options
    const conversation = this.#conversation
    if ((await conversation.until(() => false, patience + grace.short)) === 'late') {
      this.#find(check, 'mend', `It is still there after ${patience + grace.short} ms.`)
      return
    }
    const said = wellFormed(conversation.heard).find(({ type }) => type === 'leaving')
    const last = show(conversation.heard.at(-1))
    if (said?.type !== 'leaving' || said.reason !== reason) {
      this.#find(check, verdict, `Its last message is ${last}; wanted leaving, for the reason ${show(reason)}.`)
    } else if (conversation.end?.exitCode !== 0) {
      this.#find(check, verdict, `It said that it leaves, and ${describeEnd(conversation.end ?? {})}; wanted 0.`)
    } else this.#find(check, 'fine')
  }

  /** Checks that all is answered once and well, and that the same individual gives the same as before. */
  #judge(check: string, { why, results }: Asked, repeated: readonly number[], ...sentences: readonly string[]): void {
    if (why !== undefined) return void this.#find(check, 'mend', ...sentences, why)
    const other = repeated.map((i) => results[i]![2]).find((fitness) => !isSame(fitness, this.#fitness))
    if (other === undefined) return void this.#find(check, 'fine', ...sentences)
    const came = `The same parameters and seed gave ${show(this.#fitness)}, and now ${show(other)}`
    this.#find(check, 'better', ...sentences, `${came}; let a result depend on them alone.`)
  }

  #individual(ofSeed = seed, values: readonly unknown[] = Object.values(this.#options.parameters)) {
    const key: AttemptKey = [0, this.#indices++, 0, this.#conversation.epoch, 1]
    return [key, ofSeed, values] as const
  }

  #ask(individuals: readonly (readonly [AttemptKey, number, readonly unknown[]])[]): Promise<Asked> {
    // In two messages, where there are several.
    const parts = [individuals.slice(0, -1), individuals.slice(-1)].filter((part) => part.length > 0)
    return this.#askBy(individuals, () => {
      for (const part of parts) this.#conversation.say({ type: 'simulate', individuals: part })
    })
  }

  async #askBy(
    individuals: readonly (readonly [AttemptKey, ...unknown[]])[],
    say: () => void | Promise<void>,
  ): Promise<Asked> {
    const { heard } = this.#conversation
    const from = heard.length
    await say()
    const keys = individuals.map(([key]) => key)
    const isAsked = ([key]: Result) => keys.some((one) => isSame(one, key))
    const all = () =>
      wellFormed(heard.slice(from)).flatMap((message) => (message.type === 'results' ? message.results : []))
    const strange = () => heard.slice(from).find((message) => !isFromWorker(message))
    const some = keys.length === 1 ? 'a result' : `${keys.length} results`
    const late = await this.#await(() => all().length >= keys.length || strange() !== undefined, some)
    const surplus = all().find((result) => !isAsked(result))
    const why =
      strange() !== undefined
        ? `It said ${show(strange())}, which is no message of a worker.`
        : surplus
          ? `It answered ${show(surplus[0])}, which nobody has asked; the key of a result is that of its individual.`
          : late
    return { results: all(), why, hasEnded: this.#conversation.end !== undefined }
  }

  /** Why something did not come about, in a sentence; undefined if it has. */
  async #await(holds: () => boolean, what: string): Promise<string | undefined> {
    const conversation = this.#conversation
    const { patience } = this.#options
    const came = await conversation.until(holds, patience)
    if (came === 'so') return undefined
    if (conversation.damage !== undefined) return `Its pipe is damaged: ${conversation.damage}.`
    const last = conversation.printed.trimEnd().split('\n').at(-1)!
    const printed = last === '' ? '' : `; the last line that it printed was ${show(last)}`
    if (came === 'late') return `It did not give ${what} within ${patience} ms${printed}.`
    return `It ${describeEnd(conversation.end!)} without ${what}${printed}.`
  }

  /** Notes it; true if more can be asked. */
  #find(check: string, verdict: Finding['verdict'], ...sentences: readonly string[]): boolean {
    this.findings.push({ check, verdict, sentences })
    return verdict !== 'mend'
  }
}
