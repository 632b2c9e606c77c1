import type { Duplex } from 'node:stream'
import { RelayError } from '../../../api/errors.ts'
import { privateVerifier } from '../../../native/proofs.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import type { Visit } from '../private/visit.ts'
import type { PrivateTunnel } from '../private/visits.ts'
import type { Passage } from '../passage.ts'
import type { ModeContext, TunnelMode, TunnelSpec } from './tunnel-mode.ts'

/** No port: visitors come by the bridge and show that they know the tunnel's password. */
export function createPrivateMode(spec: TunnelSpec, context: ModeContext): TunnelMode {
  const password = spec.settings?.password
  if (password === undefined) {
    throw new RelayError('invalid-input', 'A private tunnel needs a password.', { what: 'password' })
  }
  return new PrivateMode({ tunnelId: spec.id, password }, context)
}

class PrivateMode implements TunnelMode, PrivateTunnel {
  readonly port = null
  readonly tunnelId: number
  readonly password: string
  readonly #context: ModeContext
  readonly #verifier: Uint8Array

  constructor({ tunnelId, password }: { tunnelId: number; password: string }, context: ModeContext) {
    this.tunnelId = tunnelId
    this.password = password
    this.#context = context
    this.#verifier = privateVerifier(password)
  }

  /** Rejects with `already-exists` or `mode-unsupported`. */
  listen(): Promise<void> {
    const { visits } = this.#context
    if (!visits)
      throw new RelayError('mode-unsupported', 'There are no private tunnels here.', { mode: 'private' })
    visits.add(this)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#context.visits?.remove(this)
    return Promise.resolve()
  }

  update(spec: TunnelSpec): boolean {
    return spec.settings?.password === this.password
  }

  async serve(visit: Visit): Promise<void> {
    let passage: Passage | undefined
    try {
      passage = this.#context.passages.enter(visit)
      const stream = await this.#open(visit, passage)
      if (passage.signal.aborted) {
        resetStream(stream)
        throw asReason(passage.signal.reason)
      }
      await passage.join(visit.opened(), stream)
    } catch (error) {
      const reason = asReason(error)
      this.#context.log.warn('visitor turned away', {
        tunnel: this.tunnelId,
        visitor: `${visit.address}:${visit.port}`,
        code: reason.code,
        reason,
      })
      visit.failed(reason)
    } finally {
      passage?.leave()
    }
  }

  #open({ isEndToEnd, gone }: Visit, passage: Passage): Promise<Duplex> {
    const { visitor, signal } = passage
    void gone.then(() => passage.end())
    const session = this.#context.session()
    if (!session) throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
    const target = this.#context.targets.next()
    if (!target) throw new RelayError('invalid-input', 'The tunnel has no target. Give it one.')
    return isEndToEnd
      ? session.openPrivate({ target, verifier: this.#verifier, signal, visitor })
      : session.openStream(target, { signal, visitor })
  }
}

/** What ends a visit without a reason of its own is the tunnel's stop, or the visitor itself. */
function asReason(error: unknown): RelayError {
  return error instanceof RelayError ? error : new RelayError('tunnel-stopped', 'The tunnel was stopped.')
}
