import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { open } from 'yauzl'
import { ZipWriter } from '../../../runtime/runner/zip-writer.ts'
import { temporaryDirectory } from '../../temporary.ts'

const zeros = new Uint8Array(2 ** 26)

/** A zip file, in which what `zeros` would fill are holes that take no room. */
function writeZip(fill: (zip: ZipWriter) => void): string {
  const path = join(temporaryDirectory(), 'a.zip')
  const descriptor = openSync(path, 'wx')
  let at = 0
  const zip = new ZipWriter((part) => {
    if (part !== zeros) writeSync(descriptor, part, 0, part.length, at)
    at += part.length
  })
  fill(zip)
  zip.end()
  closeSync(descriptor)
  return path
}

/** How many entries a zip file has, and the text of one. */
function readZip(path: string, wanted: string): Promise<{ readonly entries: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      let text = ''
      zip.on('error', reject)
      zip.on('end', () => resolve({ entries: zip.entryCount, text }))
      zip.on('entry', (entry) => {
        if (entry.fileName !== wanted) return zip.readEntry()
        zip.openReadStream(entry, (streamError, stream) => {
          if (streamError) return reject(streamError)
          stream.on('error', reject)
          stream.on('data', (bytes: Buffer) => {
            text += bytes.toString()
          })
          stream.on('end', () => zip.readEntry())
        })
      })
      zip.readEntry()
    })
  })
}

test('more entries than a field of 16 bits counts are all there', async () => {
  const path = writeZip((zip) => {
    for (let i = 0; i < 70_000; i++) zip.add(`0.${i}/é.txt`, Buffer.from(`text ${i}`), { compress: i % 2 === 1 })
  })
  expect(await readZip(path, '0.69999/é.txt')).toEqual({ entries: 70_000, text: 'text 69999' })
})

test('what stands behind four gigabytes is found', async () => {
  const path = writeZip((zip) => {
    for (let i = 0; i < 65; i++) zip.add(`zeros ${i}`, zeros, { compress: false })
    zip.add('behind them', Buffer.from('here'), { compress: false })
  })
  expect(await readZip(path, 'behind them')).toEqual({ entries: 66, text: 'here' })
})

test('a zip file without entries can be read', async () => {
  expect(
    await readZip(
      writeZip(() => {}),
      'none',
    ),
  ).toEqual({ entries: 0, text: '' })
})
