import type { Random } from '../../src/index.ts'

export function randomBytes(random: Random, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; i++) bytes[i] = random.integer(256)
  return bytes
}

/** The bytes, with one to four things done to them that happen to files, or that somebody does to them. */
export function mutate(random: Random, bytes: Buffer): Buffer {
  let mutated: Buffer = Buffer.from(bytes)
  for (let times = 1 + random.integer(4); times > 0; times--) mutated = mutateOnce(random, mutated)
  return mutated
}

function mutateOnce(random: Random, bytes: Buffer): Buffer {
  const at = random.integer(bytes.length + 1)
  const to = Math.min(bytes.length, at + 1 + random.integer(40))
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
  switch (random.integer(9)) {
    case 0: // cut
      return Buffer.from(before)
    case 1: // a hole
      return Buffer.concat([before, Buffer.alloc(part.length), after])
    case 2: // garbage
      return Buffer.concat([before, randomBytes(random, part.length), after])
    case 3: // lost
      return Buffer.concat([before, after])
    case 4: // twice
      return Buffer.concat([before, part, part, after])
    case 5: // something in between
      return Buffer.concat([before, randomBytes(random, random.integer(20)), part, after])
    case 6: // a number that is a bound
      return Buffer.concat([before, random.pick(bounds), bytes.subarray(Math.min(bytes.length, at + 4))])
    case 7: // two parts that changed places
      return Buffer.concat([before, bytes.subarray(to, to + part.length), part, bytes.subarray(to + part.length)])
    default: {
      const flipped = Buffer.from(bytes)
      if (at < flipped.length) flipped[at] = flipped[at]! ^ (1 << random.integer(8))
      return flipped
    }
  }
}

const bounds = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000000, 0x10000001, 255, 256].map((value) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
})
