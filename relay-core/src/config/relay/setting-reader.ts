/** One key of nps.conf: how its text becomes a setting, and how to read that back. */
export interface SettingReader<Settings> {
  /** Stores a value, or returns what was expected. */
  readonly read: (value: string, into: Settings) => string | undefined
  /** The value in effect, to tell whether it has changed. */
  readonly of: (settings: Settings) => string | number | boolean | null | undefined
}
