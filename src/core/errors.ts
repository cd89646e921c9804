/** The experiment, its file or the run directory is not as it must be; nothing was started. Exit code 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** Settings that were refused: where, what was wanted and what came, in one sentence. Exit code 2. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Another live runner holds the run. Exit code 3. */
export class RunHeldError extends Error {
  override readonly name = 'RunHeldError'
}

/** The search cannot go on: no worker starts, or an individual failed where that is to stop everything. Exit code 1. */
export class SearchFailedError extends Error {
  override readonly name = 'SearchFailedError'
}

/** The disk is full or away, or the record locked: all up to here is stored, and the run goes on later. Exit code 75. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError'
}

/** What a thrown value says of itself; an error that says nothing gives its name. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown)
}
