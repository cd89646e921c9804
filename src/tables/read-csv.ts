import { TableFault } from './table-fault.ts'

/**
 * The records of a CSV text (RFC 4180), which may come in any pieces. Lines may end with CR LF, LF or CR, also the last;
 * a line without anything in it is no record.
 */
export class CsvReader<Quoted = string> {
  readonly #quoted: (text: string) => Quoted
  #cells: (string | Quoted)[] = []
  #cell = ''
  #state: 'begin' | 'plain' | 'quoted' | 'after quote' = 'begin'
  #records = 0

  /** @param quoted what stands for a cell in quotes: by default its text, as for all others */
  constructor(quoted = (text: string): Quoted => text as Quoted) {
    this.#quoted = quoted
  }

  /** The records that end in a piece of the text. @throws TableFault */
  *read(piece: string): Generator<(string | Quoted)[]> {
    let begin = 0 // of what is not taken yet of a quoted or plain cell
    for (let i = 0; i < piece.length; i++) {
      const character = piece[i]!
      if (this.#state === 'quoted') {
        if (character !== '"') continue
        this.#cell += piece.slice(begin, i)
        this.#state = 'after quote'
        continue
      }
      switch (character) {
        case '"':
          if (this.#state === 'plain') break // a quote amid a cell is one
          if (this.#state === 'after quote') this.#cell += '"'
          this.#state = 'quoted'
          begin = i + 1
          break
        case ',':
          this.#endCell(piece.slice(begin, i))
          begin = i + 1
          break
        case '\r':
        case '\n': // of CR LF, LF ends a line without anything in it
          if (!this.#isBlank(piece.slice(begin, i))) {
            this.#endCell(piece.slice(begin, i))
            yield this.#endRecord()
          }
          begin = i + 1
          break
        default:
          if (this.#state === 'after quote') {
            throw new TableFault(`record ${this.#records + 1} has ${JSON.stringify(character)} after a closing quote`)
          }
          if (this.#state === 'begin') begin = i
          this.#state = 'plain'
      }
    }
    if (this.#state === 'plain' || this.#state === 'quoted') this.#cell += piece.slice(begin)
  }

  /** The last record, if the text does not end with a line's end. @throws TableFault */
  *end(): Generator<(string | Quoted)[]> {
    if (this.#state === 'quoted') throw new TableFault(`record ${this.#records + 1} has a quote that is not closed`)
    if (this.#isBlank('')) return
    this.#endCell('')
    yield this.#endRecord()
  }

  #isBlank(rest: string): boolean {
    return this.#state === 'begin' && this.#cells.length === 0 && rest === ''
  }

  #endCell(rest: string): void {
    if (this.#state === 'after quote') this.#cells.push(this.#quoted(this.#cell))
    else this.#cells.push(this.#state === 'plain' ? this.#cell + rest : this.#cell)
    this.#cell = ''
    this.#state = 'begin'
  }

  #endRecord(): (string | Quoted)[] {
    const cells = this.#cells
    this.#cells = []
    this.#records++
    return cells
  }
}
