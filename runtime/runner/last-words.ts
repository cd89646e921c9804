import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { afterCut, textOfBytes } from '../../src/core/text.ts'

/** How much of the end of what a worker printed messages show. */
const shownBytes = 2000

/**
 * The last lines that a worker printed as errors, for messages; empty if it printed nothing.
 * @param launcherOutput the file that takes what its launcher's program prints, if there is one
 */
export function lastWords(channel: string, launcherOutput: string | undefined): string {
  const files = ['stderr.txt', 'stdout.txt', ...(launcherOutput === undefined ? [] : [launcherOutput])]
  return files.map((file) => tail(join(channel, file))).find((text) => text !== '') ?? ''
}

function tail(path: string): string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { size } = fstatSync(descriptor)
      const from = Math.max(0, size - shownBytes)
      const buffer = Buffer.alloc(size - from)
      readSync(descriptor, buffer, 0, buffer.length, from)
      return textOfBytes(from > 0 ? afterCut(buffer) : buffer).trim()
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return ''
  }
}
