import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { groupVariable, owner } from './group-mark.ts'

/**
 * Reads which process groups are alive, `+ GROUP` and `- GROUP`, one a line. Its standard input ends when the process
 * that writes there does, in whatever way; what is still alive then is killed, and so is what has left those groups but
 * carries the mark that all of that process's groups have.
 */
const script = `
trap '' HUP INT QUIT TERM USR1 USR2
groups=
while read -r sign group; do
  others=
  for other in $groups; do [ "$other" = "$group" ] || others="$others $other"; done
  groups=$others
  [ "$sign" = + ] && groups="$groups $group"
done
for group in $groups; do kill -9 -"$group"; done
rounds=0
while [ $((rounds += 1)) -le 10 ]; do
  marked=$(grep -lasF "$1" /proc/[0-9]*/environ)
  [ -n "$marked" ] || break
  for file in $marked; do
    pid=\${file#/proc/}
    kill -9 "\${pid%/environ}"
  done
done
`

/**
 * Two shells watch, so that one that is killed together with this process is not missed. The second is nobody's child:
 * who ends all children of this process does not find it.
 */
const beginnings = [
  { command: ['-c', script, 'guardian'], pipe: 0 },
  { command: ['-c', '/bin/sh -c "$0" guardian "$1" <&3 3<&- &', script], pipe: 3 },
] as const

const guardians: (Writable | undefined)[] = beginnings.map(() => undefined)
const alive = new Set<number>()

/** Groups that have ended are told with the next that begins, or soon: who is told of each by itself wakes up twice as often. */
let left = ''
const soonMs = 100

/**
 * Sees to it that process groups do not outlive this process, even if it is killed by SIGKILL. The guardians keep watch for
 * the whole life of this process, and end with it. They are there before the first group is, so as to lose no time then.
 */
export function startGuardians(): void {
  for (const i of beginnings.keys()) guardians[i] ??= start(i)
}

/** @returns to be called when nothing of the group is left */
export function guard(group: number): () => void {
  alive.add(group)
  left += `+ ${group}\n`
  tellLeft()
  return () => {
    alive.delete(group)
    if (left === '') setTimeout(tellLeft, soonMs).unref()
    left += `- ${group}\n`
  }
}

function tellLeft(): void {
  if (left !== '') tell(left)
  left = ''
}

function tell(line: string): void {
  for (const guardian of guardians) guardian?.write(line)
}

function start(i: number): Writable {
  const { command, pipe } = beginnings[i]!
  const stdio = Array.from({ length: pipe + 1 }, (_, descriptor) => (descriptor === pipe ? 'pipe' : 'ignore'))
  const mark = `${groupVariable}=${owner}.`
  const shell = spawn('/bin/sh', [...command, mark], {
    cwd: '/',
    detached: true,
    stdio: [...stdio, 'ignore', 'ignore'],
  })
  const input = shell.stdio[pipe] as Writable & { unref?: () => void }
  // Without a shell, or when somebody ends it, commands run all the same; the next one gets a new guardian.
  const forget = () => {
    if (guardians[i] === input) guardians[i] = undefined
  }
  shell.on('error', forget)
  input.on('error', forget).on('close', forget)
  shell.unref()
  input.unref?.()
  for (const group of alive) input.write(`+ ${group}\n`)
  return input
}
