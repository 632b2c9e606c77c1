import { RelayError } from '../../../api/errors.ts'
import { visitId } from '../../../native/proofs.ts'
import { md5Hex } from '../../../stock/messages/handshake.ts'
import type { LinkEntrance } from '../../rendezvous/direct-links.ts'
import type { AdmittedVisitor } from './admitted-visitor.ts'

/** Shorter ones could be guessed by anyone who gets a visitor to connect to them: only stock visitors use them. */
export const minNativePasswordLength = 16

/** What somebody enters who proves to the bridge that they know a secret. */
export interface VisitorEntrance {
  readonly password: string
  /** Lets the visitor in, or tells it why not; fulfils when it has gone, never rejects. */
  serve(visit: AdmittedVisitor): Promise<void>
  /** For direct links that have outlived their visits; undefined while nobody is let in. */
  readonly links?: LinkEntrance | undefined
}

/** A private tunnel that is open. */
export interface PrivateTunnel extends VisitorEntrance {
  readonly tunnelId: number
}

/** The open private tunnels, by the id that their visitors send, which is derived from the password. */
export class PrivateTunnels {
  readonly #byVisitId = new Map<string, PrivateTunnel>()
  readonly #byMd5 = new Map<string, PrivateTunnel>()

  /** @throws RelayError `already-exists` when another tunnel has the password: a visitor could mean either one */
  add(tunnel: PrivateTunnel): void {
    const { password } = tunnel
    const md5 = md5Hex(password)
    const other = this.#byMd5.get(md5)
    if (other) {
      throw new RelayError(
        'already-exists',
        `Tunnel ${other.tunnelId} has the same password. Give each private tunnel its own.`,
        { what: 'password', id: other.tunnelId },
      )
    }
    this.#byMd5.set(md5, tunnel)
    if (password.length >= minNativePasswordLength) this.#byVisitId.set(hexId(password), tunnel)
  }

  /** Idempotent. */
  remove(tunnel: PrivateTunnel): void {
    const { password } = tunnel
    if (this.#byMd5.get(md5Hex(password)) !== tunnel) return
    this.#byMd5.delete(md5Hex(password))
    this.#byVisitId.delete(hexId(password))
  }

  /** `id`: the 16 bytes of `visitId(password)`. */
  find(id: Uint8Array): PrivateTunnel | undefined {
    return this.#byVisitId.get(Buffer.from(id).toString('hex'))
  }

  /** As stock visitors name it: the MD5 of the password in lower-case hex. */
  findByMd5(passwordMd5: string): PrivateTunnel | undefined {
    return this.#byMd5.get(passwordMd5)
  }
}

function hexId(password: string): string {
  return visitId(password).toString('hex')
}
