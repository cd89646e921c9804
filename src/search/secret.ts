import { createHash } from 'node:crypto'

/** What stands for a value that may be a secret where everybody can read: the same for the same value, and nothing else. */
export function sealed(value: string): string {
  return `sha256:${createHash('sha256').update(value).digest('hex')}`
}
