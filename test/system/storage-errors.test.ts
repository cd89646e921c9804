import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { awayError, storageError } from '../../src/system/storage-errors.ts'
import { temporaryDirectory } from '../temporary.ts'

const codes = ['ENOSPC', 'EIO', 'ENOTCONN', 'SQLITE_FULL', 'SQLITE_IOERR_FSYNC', 'SQLITE_IOERR_WRITE']

test.each([...codes, 'SQLITE_CANTOPEN'])(
  'whichever call is the first to fail, a directory that is away is said to be: %s',
  (code) => {
    const root = temporaryDirectory()
    const directory = join(root, 'run')
    const error = Object.assign(new Error('disk I/O error'), { code })
    const sentence = `${directory} is away; go on with it when it is back.`
    expect(storageError(error, directory, 'The record')).toMatchObject({ message: sentence, cause: error })
    writeFileSync(directory, '')
    expect(storageError(error, directory)).toMatchObject({ message: sentence })
  },
)

test.each(codes)('of a directory that is there, it is said what cannot be written: %s', (code) => {
  const directory = join(temporaryDirectory(), 'run')
  mkdirSync(directory)
  const error = Object.assign(new Error('disk I/O error'), { code })
  expect(storageError(error, directory, 'The record')?.message).toBe('The record cannot be written: disk I/O error.')
  expect(awayError(error, directory)).toBeUndefined()
  expect(storageError(new Error('no mean yet'), directory)).toBeUndefined()
})
