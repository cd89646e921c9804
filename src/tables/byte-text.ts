/** A text that is put together as UTF-8. */
export class ByteText {
  #bytes: Buffer
  #length = 0

  /** @param size how many bytes there will be at least */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafeSlow(size)
  }

  addByte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = byte
  }

  /** Adds the bytes between two places of others. */
  add(bytes: Uint8Array, begin = 0, end = bytes.length): void {
    if (this.#length + end - begin > this.#bytes.length) this.#grow(end - begin)
    const own = this.#bytes
    let to = this.#length
    // To call for a copy costs more than to copy what is short.
    if (end - begin > 100) own.set(bytes.subarray(begin, end), to)
    else for (let from = begin; from < end; from++) own[to++] = bytes[from]!
    this.#length += end - begin
  }

  addText(text: string): void {
    this.add(Buffer.from(text))
  }

  /** What has been put together; the text is not used any more. */
  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length + bytes)
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
