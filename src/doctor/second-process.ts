import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { describeEnd, ProcessGroup } from '../system/process-group.ts'
import { doctorPartnerProgram } from '../system/programs.ts'
import type { PartnerAnswer, PartnerTask } from './partner.ts'

/** The other process of this host, as the one that asks sees it. */
export class Partner implements AsyncDisposable {
  readonly #process: ProcessGroup

  constructor(directory: string) {
    const command = [process.execPath, doctorPartnerProgram(), directory]
    this.#process = new ProcessGroup(command, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], isGuarded: true })
  }

  do(task: PartnerTask): Promise<PartnerAnswer> {
    const result = this.#perform(task)
    result.catch(() => {}) // it may be awaited after something else has failed
    return result
  }

  async #perform(task: PartnerTask): Promise<PartnerAnswer> {
    const { child, ended } = this.#process
    const answer = once(child, 'message')
    const end = ended.then((how) => {
      throw new Error(`the second process ${describeEnd(how)} when it was to ${task.do}`)
    })
    const late = setTimeout(30_000, undefined, { ref: false }).then(() => {
      throw new Error(`the second process took longer than 30 s to ${task.do}`)
    })
    child.send(task)
    const [message] = (await Promise.race([answer, end, late])) as [PartnerAnswer]
    if (message.error) throw Object.assign(new Error(message.error.message), { code: message.error.code })
    return message
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]()
  }
}
