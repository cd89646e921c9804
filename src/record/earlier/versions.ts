import type { Database } from '../../system/database.ts'
import { schema, schemaVersion } from '../schema.ts'
import { migrateFromVersion1, schemaOfVersion1, viewsOverVersion1 } from './version-1.ts'
import { migrateFromVersion2, schemaOfVersion2, viewsOverVersion2 } from './version-2.ts'
import { migrateFromVersion3, schemaOfVersion3 } from './version-3.ts'

/** The versions of records that are understood. */
export type Version = 1 | 2 | 3 | typeof schemaVersion

/** The newest first. */
export const versions: readonly Version[] = [schemaVersion, 3, 2, 1]

export function isVersion(version: unknown): version is Version {
  return (versions as readonly unknown[]).includes(version)
}

export function schemaOf(version: Version): string {
  switch (version) {
    case 1:
      return schemaOfVersion1
    case 2:
      return schemaOfVersion2
    case 3:
      return schemaOfVersion3
    case schemaVersion:
      return schema
  }
}

/** What makes a record of that version look like one of today, to one reader, where it does not by itself. */
export function viewsOver(version: number): string | undefined {
  switch (version) {
    case 1:
      return viewsOverVersion1
    case 2:
      return viewsOverVersion2
    default:
      return undefined
  }
}

/**
 * Brings a record of an earlier version up to date, in the transaction that is open.
 *
 * @param checkpoints of how many of the newest states of version 1 checkpoints are made
 */
export function migrate(database: Database, version: number, checkpoints?: number): void {
  if (version === 1) migrateFromVersion1(database, checkpoints)
  if (version === 2) migrateFromVersion2(database)
  if (version === 3) migrateFromVersion3(database)
  database.pragma(`user_version = ${schemaVersion}`)
}
