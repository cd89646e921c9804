import { statfsSync } from 'node:fs'

/** File systems whose changes by other hosts this kernel never hears of (statfs(2) and linux/magic.h). */
const sharedFileSystems = new Map<number, string>([
  [0x6969, 'nfs'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x19830326, 'beegfs'],
  [0x00c36400, 'ceph'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
  [0x5346414f, 'afs'],
  [0x013111a8, 'panfs'],
])

/** The name of the shared file system that a directory lies on, undefined if it is this machine's own. */
export function sharedFileSystem(directory: string): string | undefined {
  return sharedFileSystems.get(statfsSync(directory).type >>> 0)
}

/** File systems of this machine alone (statfs(2) and linux/magic.h). */
const localFileSystems = new Map<number, string>([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0x858458f6, 'ramfs'],
  [0xca451a4e, 'bcachefs'],
])

/** The name of the file system that a directory lies on; its number in hexadecimal where it is none of those named here. */
export function fileSystemName(directory: string): string {
  const { type } = statfsSync(directory)
  return sharedFileSystem(directory) ?? localFileSystems.get(type >>> 0) ?? `0x${(type >>> 0).toString(16)}`
}

/** File systems whose clients send what was written when it is synced or closed, and else when they please. */
const writingBack: ReadonlySet<string | undefined> = new Set(['nfs', 'cifs', 'smb2', 'afs'])

/** Whether what is appended to an open file in a directory may stay unseen by other hosts for long. */
export function holdsBackWrites(directory: string, fileSystem = sharedFileSystem(directory)): boolean {
  return writingBack.has(fileSystem)
}
