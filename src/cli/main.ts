#!/usr/bin/env node
import { runCommandLine, wantsDebugging } from './command-line.ts'
import { fail } from './fail.ts'

const { argv } = process
process.stdout.on('error', lostReader)
process.stderr.on('error', () => {}) // where warnings and progress cannot be written, the work goes on
await runCommandLine(argv)

/**
 * Whoever was reading (a pager, `head`, a terminal) is gone, and there is nobody to tell; a full disk is told. What a search
 * has come to by then stands: it has not failed because nobody can be told.
 */
function lostReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO') return
  const came = process.exitCode
  const told = new Error(`standard output cannot be written to: ${error.message}`, { cause: error })
  const code = fail(told, { debug: wantsDebugging(argv) })
  process.exit(came ?? code)
}
