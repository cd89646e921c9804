import type { RecordFile } from './record-file.ts'

/**
 * The operators that have made individuals, each of which says so by its number in the manifest's list: in two dimensions
 * their names would be a sixth of the record.
 */
export class Operators {
  readonly #file: RecordFile
  #recorded = ''
  #numbers = new Map<string, number>()

  constructor(file: RecordFile) {
    this.#file = file
  }

  /** Takes them as they are recorded: a transaction that failed has taken back what it had added. */
  begin(): void {
    const recorded =
      this.#file.get<{ value: string }>(`select value from manifest where key = 'operators'`)?.value ?? '[]'
    if (recorded === this.#recorded) return
    this.#recorded = recorded
    this.#numbers = new Map((JSON.parse(recorded) as readonly string[]).map((name, number) => [name, number]))
  }

  /** The number of an operator, recorded in the transaction that is open if it is new. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(name, number)
    this.#recorded = JSON.stringify([...this.#numbers.keys()])
    this.#file.run(`insert or replace into manifest values ('operators', ?)`, this.#recorded)
    return number
  }
}
