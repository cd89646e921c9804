/** Longer than any answer should be. */
const longestLine = 64 * 2 ** 20

const lineFeed = 0x0a
const brace = 0x7b

/** Who is told what a program printed. */
export interface LineListener {
  /** A line that begins with a brace, and so may be meant for the worker. */
  onLine(line: Buffer): void
  /** Anything else, as it comes. */
  onText(text: Buffer): void
  /** A line that begins with a brace is longer than this many bytes. */
  onTooLong(bytes: number): void
}

/** Cuts what a program prints into lines; of what cannot be meant for the worker nothing is kept, however long a line is. */
export class LineReader {
  readonly #listener: LineListener
  readonly #longest: number
  /** The beginning of a line that begins with a brace. */
  #kept: Buffer[] = []
  #length = 0
  #isInText = false

  constructor(listener: LineListener, longest = longestLine) {
    this.#listener = listener
    this.#longest = longest
  }

  add(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      const isLine = this.#length > 0 || (!this.#isInText && rest[0] === brace)
      const end = isLine ? rest.indexOf(lineFeed) : rest.indexOf('\n{')
      const piece = end < 0 ? rest : rest.subarray(0, end + 1)
      if (isLine) this.#keep(piece)
      else this.#listener.onText(piece)
      this.#isInText = this.#length === 0 && piece.at(-1) !== lineFeed
      rest = rest.subarray(piece.length)
    }
  }

  /** Nothing more comes: what is kept of a line is all of it. */
  end(): void {
    if (this.#length > 0) this.#endLine()
  }

  #keep(piece: Buffer): void {
    this.#kept.push(piece)
    this.#length += piece.length
    if (this.#length > this.#longest) {
      this.#drop()
      this.#listener.onTooLong(this.#longest)
    } else if (piece.at(-1) === lineFeed) this.#endLine()
  }

  #endLine(): void {
    const line = this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept)
    this.#drop()
    this.#listener.onLine(line)
  }

  #drop(): void {
    this.#kept = []
    this.#length = 0
  }
}
