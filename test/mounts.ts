import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgram } from './parts.ts'
import { eventually } from './processes.ts'
import { onTestFinished } from './running-test.ts'

/** A file system in memory of so many bytes, and of so many files if that is said, for as long as the test lasts. */
export function smallFileSystem(path: string, bytes: number, files?: number): void {
  mkdirSync(path, { recursive: true })
  const options = files === undefined ? `size=${bytes}` : `size=${bytes},nr_inodes=${files}`
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'twoloop-test', path])
  onTestFinished(() => unmount(path))
}

export function growFileSystem(path: string, bytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${bytes}`, path])
}

/** Shows a directory at a second place, where what is known of files is believed for so many seconds. */
export async function mountAgain(directory: string, path: string, seconds: number): Promise<Mount> {
  mkdirSync(path, { recursive: true })
  const daemon = spawn('bindfs', ['-f', ...bindfsOptions(seconds), directory, path], { stdio: 'ignore' })
  const ended = once(daemon, 'exit')
  onTestFinished(() => unmount(path))
  await eventually(() => isMounted(path), `${path} is mounted`)
  return {
    async goAway() {
      daemon.kill('SIGKILL')
      await ended
      unmount(path)
    },
  }
}

export interface Mount {
  /** What serves it is killed: whatever is done with its open files from now on fails, for ever. */
  goAway(): Promise<void>
}

function bindfsOptions(seconds: number): string[] {
  const caches = ['attr', 'ac_attr', 'entry', 'negative'].map((what) => `${what}_timeout=${seconds}`)
  return ['--no-allow-other', '-o', caches.join(',')]
}

/** Only ever what was mounted here; at once, whoever still uses it. */
function unmount(path: string): void {
  if (isMounted(path)) execFileSync('umount', ['-l', path])
}

function isMounted(path: string): boolean {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[1] === path)
}

export function canMountMemory(): boolean {
  return tryMount((path) => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'twoloop-test', path]).status === 0)
}

export function canMountAgain(): boolean {
  if (!hasProgram('bindfs')) return false
  return tryMount((path) => spawnSync('bindfs', [...bindfsOptions(1), tmpdir(), path]).status === 0)
}

function tryMount(mount: (path: string) => boolean): boolean {
  const path = mkdtempSync(join(tmpdir(), 'twoloop-mount-'))
  try {
    return mount(path)
  } catch {
    return false
  } finally {
    if (isMounted(path)) execFileSync('umount', ['-l', path])
    rmSync(path, { recursive: true, force: true })
  }
}
