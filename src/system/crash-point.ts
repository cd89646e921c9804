/**
 * For tests of recovery: the process ends itself, as by SIGKILL, at the n-th of these points, when the environment variable
 * TWOLOOP_CRASH_AT says n. They stand right before and right after every write (pipe append, transaction, file rename).
 */
let left = Number(process.env.TWOLOOP_CRASH_AT ?? 0)

export function crashPoint(): void {
  if (left > 0 && --left === 0) process.kill(process.pid, 'SIGKILL')
}
