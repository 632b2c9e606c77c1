import { isSameSecret } from '../../secret.ts'
import { RelayError } from '../../api/errors.ts'
import { consoleIsGuarded, type RelayConfig } from '../../config/relay/relay-config.ts'
import type { Log } from '../../log/log.ts'
import { AttemptLimit } from '../limits/attempt-limit.ts'

/** The stock server allows ten; so do we, but here the lock is effective. */
const attemptLimit = { maxAttempts: 10, windowMs: 60_000 }

/** Checks the console's user name and password, and locks addresses out that guess. */
export class Login {
  readonly #config: () => RelayConfig
  readonly #log: Log
  readonly #limit: AttemptLimit

  constructor({ config, log, now }: { config: () => RelayConfig; log: Log; now: () => number }) {
    this.#config = config
    this.#log = log
    this.#limit = new AttemptLimit({ ...attemptLimit, now })
  }

  /**
   * Returns when both are right.
   *
   * @throws RelayError `login-locked` after ten failures within a minute, whatever is tried then; `login-failed`
   * otherwise, also while the password in nps.conf is empty or well-known: such a password lets nobody in
   */
  check(address: string, username: string, password: string): void {
    this.#prove(address, username, password)
    this.#log.info('console login', { address })
  }

  /** Checks the password again of someone who is logged in. @throws RelayError as `check` does */
  checkAgain(address: string, password: string): void {
    this.#prove(address, this.#config().webUsername, password)
  }

  #prove(address: string, username: string, password: string): void {
    const lockedForMs = this.#limit.lockedForMs(address)
    if (lockedForMs > 0) {
      const seconds = Math.ceil(lockedForMs / 1000)
      throw new RelayError('login-locked', `Too many failed logins from here. Try again in ${seconds} s.`, {
        seconds,
      })
    }
    const config = this.#config()
    const isRight =
      Number(isSameSecret(username, config.webUsername)) &
      Number(isSameSecret(password, config.webPassword.reveal()))
    if (isRight === 1 && consoleIsGuarded(config)) {
      this.#limit.succeeded(address)
      return
    }
    this.#limit.failed(address)
    this.#log.warn('console login failed', { address })
    if (!consoleIsGuarded(config)) {
      throw new RelayError(
        'login-failed',
        'web_password in nps.conf is empty or one that everybody tries first, so nobody can log in. ' +
          'Set another one, then run "nps reload".',
        { reason: 'weak-password' },
      )
    }
    throw new RelayError('login-failed', 'The user name or the password is wrong.', { reason: 'wrong' })
  }
}
