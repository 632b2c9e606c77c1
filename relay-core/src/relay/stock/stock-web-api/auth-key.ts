import { createHash } from 'node:crypto'
import { isSameSecret } from '../../../secret.ts'
import { minAuthKeyLength, type RelayConfig } from '../../../config/relay/relay-config.ts'
import type { Log } from '../../../log/log.ts'
import { AttemptLimit } from '../../limits/attempt-limit.ts'
import { SeenSignatures } from './seen-signatures.ts'

/** How far a signature's time may differ from ours, as in stock. */
export const signatureWindowSeconds = 20

export type SignatureProof = 'proved' | 'wrong' | 'replayed' | 'locked' | 'closed'

/** Checks `auth_key` of nps.conf: who may use the web API without a session. A key that is too short lets nobody in. */
export class AuthKey {
  readonly #config: () => RelayConfig
  readonly #log: Log
  readonly #now: () => number
  readonly #limit: AttemptLimit
  #hasToldClosed = false
  readonly #seen = new SeenSignatures(2 * signatureWindowSeconds * 1000)

  constructor({ config, log, now }: { config: () => RelayConfig; log: Log; now: () => number }) {
    this.#config = config
    this.#log = log
    this.#now = now
    // as for the login
    this.#limit = new AttemptLimit({ maxAttempts: 10, windowMs: 60_000, now })
  }

  get isOpen(): boolean {
    return this.#config().authKey.reveal().length >= minAuthKeyLength
  }

  /** Once is enough: scanners must not fill the log. */
  tellClosed(address: string): void {
    if (this.#hasToldClosed) return
    this.#hasToldClosed = true
    const why = `auth_key in nps.conf is empty or shorter than ${minAuthKeyLength} characters`
    this.#log.warn(`web API: asked for, but closed: ${why}`, { address })
  }

  /** `Authorization: Bearer <auth_key>` */
  checkBearer(address: string, header: string): SignatureProof {
    const given = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1] ?? ''
    return this.#check(address, isSameSecret(given, this.#config().authKey.reveal()))
  }

  /**
   * The stock signature: 32 hex digits, the MD5 of key and time concatenated, and that time in Unix seconds. It
   * does not cover the request, so an eavesdropper could ask for something else: it is accepted from the
   * first address that uses it, and makes no change (`change` is what it asks for) twice.
   */
  checkSignature(
    address: string,
    { signature, timestamp, change }: { signature: string; timestamp: string; change: string | undefined },
  ): SignatureProof {
    const key = this.#config().authKey.reveal()
    const isFresh =
      /^\d{1,12}$/.test(timestamp) &&
      Math.abs(this.#now() / 1000 - Number(timestamp)) <= signatureWindowSeconds
    const wanted = createHash('md5').update(`${key}${timestamp}`).digest('hex')
    const proof = this.#check(address, isSameSecret(signature.toLowerCase(), wanted) && isFresh)
    if (proof !== 'proved') return proof
    if (this.#seen.take({ signature: wanted, address, change, nowMs: this.#now() })) return 'proved'
    this.#log.warn('web API: a signature was used twice', { address })
    return 'replayed'
  }

  #check(address: string, isRight: boolean): SignatureProof {
    if (!this.isOpen) return 'closed'
    if (this.#limit.lockedForMs(address) > 0) return 'locked'
    if (isRight) return 'proved'
    this.#limit.failed(address)
    this.#log.warn('web API: wrong key or signature', { address })
    return 'wrong'
  }
}
