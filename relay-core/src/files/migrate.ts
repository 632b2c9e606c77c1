/** A database whose schema has a version. */
export interface MigratedDatabase {
  exec(sql: string): void
  /** As a whole or not at all. */
  transaction<T>(work: () => T): T
}

export interface Migration {
  /** Each brings the schema from version `index` to `index + 1`. One that has been released is never edited. */
  readonly steps: readonly string[]
  /** 0 for an empty file. */
  readonly readVersion: () => number
  readonly writeVersion: (version: number) => void
  /** What is thrown when a newer program has written the file. */
  readonly newer: (found: number, known: number) => Error
}

/**
 * Brings a database up to date by the steps that it lacks, all of them or none. One that is up to date is not written to, so that
 * a program starts on a full disk too.
 */
export function migrate(
  database: MigratedDatabase,
  { steps, readVersion, writeVersion, newer }: Migration,
): void {
  if (readVersion() === steps.length) return
  database.transaction(() => {
    // another program may have done it meanwhile
    const version = readVersion()
    if (version > steps.length) throw newer(version, steps.length)
    for (const step of steps.slice(version)) database.exec(step)
    writeVersion(steps.length)
  })
}
