import { createHmac, randomBytes } from 'node:crypto'
import { systemClock } from '../../async/time/clock.ts'
import { AttemptLimit } from '../limits/attempt-limit.ts'
import { isTunnelUser, type TunnelUser } from './tunnel-users.ts'

/** Wrong passwords for one name from one address; after that none is checked for a minute. */
const wrongPasswords = { maxAttempts: 20, windowMs: 60_000 }

/** `locked`: it was not checked, right or wrong. */
export type PasswordProof = 'proved' | 'wrong' | 'locked'

/**
 * Whether visitors are who they say they are: one for all tunnels of a relay, whatever their mode, so that nobody guesses
 * at several at once. Lock-outs are by address and name together: others behind the same address (a campus, a
 * provider's NAT) get in under their own names, and the owner of the name gets in from elsewhere.
 */
export class PasswordCheck {
  readonly #attempts: AttemptLimit
  readonly #salt = randomBytes(16)

  constructor({ now = systemClock.now }: { now?: () => number } = {}) {
    this.#attempts = new AttemptLimit({ ...wrongPasswords, now })
  }

  check(accounts: readonly TunnelUser[], given: TunnelUser, address: string): PasswordProof {
    const group = this.#groupOf(given.name)
    if (this.#attempts.lockedForMs(address, group) > 0) return 'locked'
    if (isTunnelUser(accounts, given)) return 'proved'
    this.#attempts.failed(address, group)
    return 'wrong'
  }

  /** One of 64 buckets, chosen secretly: invented names cannot fill memory, and a lock does not reveal which names exist. */
  #groupOf(name: string): string {
    const [first = 0] = createHmac('sha256', this.#salt).update(name).digest()
    return String(first % 64)
  }
}
