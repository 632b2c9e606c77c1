import { settings, type SettingKey } from '../../api/conf/settings.ts'
import { changedSettings, type RelayConfig } from '../../config/relay/relay-config.ts'

/** The settings in force, and those the relay was started with: what a changed one that waits for a restart is compared to. */
export class LiveSettings {
  readonly #started: RelayConfig
  readonly #adjust: (config: RelayConfig) => RelayConfig
  #current: RelayConfig

  /** `adjust`: what the command line changes, also in settings that are read again. */
  constructor(read: RelayConfig, adjust: (config: RelayConfig) => RelayConfig = (config) => config) {
    this.#adjust = adjust
    this.#started = adjust(read)
    this.#current = this.#started
  }

  get current(): RelayConfig {
    return this.#current
  }

  /** Answers what differs from before, and which keys wait for a restart, see api/conf/settings.ts. */
  replace(read: RelayConfig): { changed: SettingKey[]; waiting: SettingKey[] } {
    const before = this.#current
    this.#current = this.#adjust(read)
    const sinceStart = changedSettings(this.#started, this.#current)
    return {
      changed: changedSettings(before, this.#current),
      waiting: sinceStart.filter((key) => settings[key].effect === 'restart'),
    }
  }
}
