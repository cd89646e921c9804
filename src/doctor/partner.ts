import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { type Database, openDatabase } from '../system/database.ts'
import { createExclusively } from './exclusive.ts'

/** What the second process of an examination is asked to do. */
export type PartnerTask =
  | { readonly do: 'append'; readonly path: string; readonly times: number; readonly gap: number }
  | { readonly do: 'rename'; readonly path: string; readonly times: number }
  | { readonly do: 'create'; readonly path: string; readonly files: number }
  | { readonly do: 'lock' | 'unlock'; readonly path: string }

export interface PartnerAnswer {
  readonly created: readonly number[]
  readonly error?: { readonly code: string | undefined; readonly message: string }
}

let locked: Database | undefined

async function perform(task: PartnerTask): Promise<number[]> {
  switch (task.do) {
    case 'append':
      for (let i = 0; i < task.times; i++) {
        appendFileSync(task.path, `${process.hrtime.bigint()}\n`)
        await setTimeout(task.gap)
      }
      return []
    case 'rename':
      for (let i = 0; i < task.times; i++) {
        writeFileSync(`${task.path}.new`, 'ab'[i % 2]!.repeat(4096))
        renameSync(`${task.path}.new`, task.path)
        await setImmediate()
      }
      return []
    case 'create': {
      const created: number[] = []
      for (let i = task.files - 1; i >= 0; i--) {
        if (createExclusively(`${task.path}-${i}`)) created.push(i)
        await setImmediate()
      }
      return created
    }
    case 'lock':
      locked = openDatabase(task.path)
      locked.exec('begin immediate; insert into rows values (0)')
      return []
    case 'unlock':
      locked?.exec('commit')
      locked?.close()
      return []
  }
}

process.on('message', (task: PartnerTask) => {
  const answer = (message: PartnerAnswer) => void process.send!(message)
  perform(task).then(
    (created) => answer({ created }),
    ({ code, message }: NodeJS.ErrnoException) => answer({ created: [], error: { code, message } }),
  )
})
process.on('disconnect', () => process.exit(0))
