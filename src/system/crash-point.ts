/**
 * For tests of recovery: the process ends itself, as by SIGKILL, at the n-th of these points, when the environment variable
 * TWOLOOP_CRASH_AT says n; `transaction:n` counts only those around transactions of the record. They stand right before and
 * right after every write (pipe append, transaction, file rename).
 */
const [count, only] = (process.env.TWOLOOP_CRASH_AT ?? '0').split(':').reverse()
let left = Number(count)

export function crashPoint(kind: 'write' | 'transaction' = 'write'): void {
  if (left > 0 && (only === undefined || only === kind) && --left === 0) process.kill(process.pid, 'SIGKILL')
}
