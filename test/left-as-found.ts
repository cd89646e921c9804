import { afterAll, expect } from 'vitest'

// Files share a process, one after another: what one leaves behind in it would reach those that follow.
const found = { ...process.env }
const directory = process.cwd()

afterAll(() => {
  expect({ ...process.env }, 'environment variables that this file has not put back').toEqual(found)
  expect(process.cwd(), 'the working directory, which this file has not put back').toBe(directory)
  expect(process.exitCode, 'an exit code that this file has left').toBeUndefined()
})
