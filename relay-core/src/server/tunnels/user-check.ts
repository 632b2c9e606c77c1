import { AttemptLimit } from '../attempt-limit.ts'
import { isAccount, type Account } from './accounts.ts'

/** Wrong passwords from one address; after that none is looked at for a minute. */
const wrongPasswords = { most: 20, windowMs: 60_000 }

/** Whether visitors of one tunnel are who they say they are; whoever guesses has to wait. */
export class UserCheck {
  readonly #attempts = new AttemptLimit({ ...wrongPasswords, now: Date.now })

  proves(accounts: readonly Account[], given: Account, address: string): boolean {
    if (this.#attempts.lockedForMs(address) > 0) return false
    const isRight = isAccount(accounts, given)
    if (isRight) this.#attempts.succeeded(address)
    else this.#attempts.failed(address)
    return isRight
  }
}
