/** One key of nps.conf: how its text gets into the settings, and what stands there. */
export interface SettingReader<Settings> {
  /** Puts a value in its place, or says what it expected. */
  readonly read: (value: string, into: Settings) => string | undefined
  /** What counts, to tell whether it has changed. */
  readonly of: (settings: Settings) => string | number | boolean | null | undefined
}
