import { crc32, deflateRawSync } from 'node:zlib'

/**
 * Writes a zip file, entry after entry (PKWARE, APPNOTE.TXT, section 4.3). It is no library, since those keep an object of
 * a kilobyte and more for each entry until the end, and a generation may print a hundred thousand texts: of an entry that has
 * been written, only its line of the central directory is held, as bytes.
 */
export class ZipWriter {
  readonly #file: Blocks
  readonly #directory: Uint8Array[] = []
  readonly #lines = new Blocks((block) => void this.#directory.push(block))
  #entries = 0

  /** @param write takes the file, part by part */
  constructor(write: (part: Uint8Array) => void) {
    this.#file = new Blocks(write)
  }

  /** An entry of less than 4 GB. The same entries give the same file: all are of the first day that zip files know. */
  add(name: string, bytes: Uint8Array, { compress }: { readonly compress: boolean }): void {
    const path = Buffer.from(name)
    const stored = compress ? deflateRawSync(bytes) : bytes
    const offset = this.#file.length
    const isFar = offset >= max32
    const common = fields(
      ...[two(isFar ? zip64 : zip20), two(utf8Names), two(compress ? deflated : plain), two(0), two(firstDay)],
      ...[four(crc32(bytes)), four(stored.length), four(bytes.length), two(path.length)],
    )
    for (const part of [fields(four(0x04034b50)), common, fields(two(0)), path, stored]) this.#file.add(part)
    const extra = isFar ? fields(two(1), two(8), eight(offset)) : fields()
    const rest = fields(two(extra.length), two(0), two(0), two(0), four(readable * 2 ** 16), four(least32(offset)))
    for (const part of [fields(four(0x02014b50), two(unix + zip64)), common, rest, path, extra]) this.#lines.add(part)
    this.#entries++
  }

  /** Writes the central directory, behind which nothing can be added. */
  end(): void {
    const begin = this.#file.length
    const size = this.#lines.length
    this.#lines.flush()
    for (const lines of this.#directory) this.#file.add(lines)
    const entries = this.#entries
    if (entries >= max16 || begin >= max32 || size >= max32) {
      const end = this.#file.length
      const versions = [two(unix + zip64), two(zip64)]
      const totals = [eight(entries), eight(entries), eight(size), eight(begin)]
      this.#file.add(fields(four(0x06064b50), eight(44), ...versions, four(0), four(0), ...totals))
      this.#file.add(fields(four(0x07064b50), four(0), eight(end), four(1)))
    }
    const count = two(Math.min(entries, max16))
    this.#file.add(
      fields(four(0x06054b50), two(0), two(0), count, count, four(least32(size)), four(least32(begin)), two(0)),
    )
    this.#file.flush()
  }
}

const [plain, deflated] = [0, 8]
const [zip20, zip64] = [20, 45] // what a reader must know
const unix = 3 * 2 ** 8
const readable = 0o100644
const utf8Names = 1 << 11
const firstDay = (1 << 5) | 1 // of January 1980

/** The greatest numbers of their fields, which say that the right one stands in another field. */
const [max16, max32] = [0xffff, 0xffffffff]

const least32 = (value: number) => Math.min(value, max32)

type Field = readonly [bytes: number, value: number]

const two = (value: number): Field => [2, value]
const four = (value: number): Field => [4, value]
const eight = (value: number): Field => [8, value]

function fields(...list: readonly Field[]): Uint8Array {
  const bytes = Buffer.alloc(list.reduce((sum, [size]) => sum + size, 0))
  let at = 0
  for (const [size, value] of list) {
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value), at)
    else bytes.writeUIntLE(value, at, size)
    at += size
  }
  return bytes
}

/** Puts small parts together, which would be a write or an object each. */
class Blocks {
  readonly #take: (block: Uint8Array) => void
  #block: Uint8Array
  #used = 0
  /** Of all that has been added. */
  length = 0

  constructor(take: (block: Uint8Array) => void) {
    this.#take = take
    this.#block = new Uint8Array(blockBytes)
  }

  add(part: Uint8Array): void {
    this.length += part.length
    if (this.#used + part.length > blockBytes) this.flush()
    if (part.length > blockBytes) {
      this.#take(part)
      return
    }
    this.#block.set(part, this.#used)
    this.#used += part.length
  }

  flush(): void {
    if (this.#used > 0) this.#take(this.#block.slice(0, this.#used))
    this.#used = 0
  }
}

const blockBytes = 64 * 1024
