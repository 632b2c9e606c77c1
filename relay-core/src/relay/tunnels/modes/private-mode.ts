import type { Duplex } from 'node:stream'
import { RelayError } from '../../../api/errors.ts'
import { privateVerifier } from '../../../native/proofs.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import type { AdmittedVisitor } from '../private/admitted-visitor.ts'
import type { PrivateTunnel } from '../private/private-tunnels.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** No port: visitors connect to the bridge and prove that they know the tunnel's password. */
export function createPrivateMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  const password = spec.settings?.password
  if (password === undefined) {
    throw new RelayError('invalid-input', 'A private tunnel needs a password.', { what: 'password' })
  }
  return new PrivateMode({ tunnelId: spec.id, password }, context)
}

class PrivateMode implements TunnelServer, PrivateTunnel {
  readonly port = null
  readonly tunnelId: number
  readonly password: string
  readonly #context: TunnelServerContext
  readonly #verifier: Uint8Array

  constructor({ tunnelId, password }: { tunnelId: number; password: string }, context: TunnelServerContext) {
    this.tunnelId = tunnelId
    this.password = password
    this.#context = context
    this.#verifier = privateVerifier(password)
  }

  /** Rejects with `already-exists` or `mode-unsupported`. */
  listen(): Promise<void> {
    const { privateTunnels } = this.#context
    if (!privateTunnels)
      throw new RelayError('mode-unsupported', 'There are no private tunnels here.', { mode: 'private' })
    privateTunnels.add(this)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#context.privateTunnels?.remove(this)
    return Promise.resolve()
  }

  update(spec: TunnelSpec): boolean {
    return spec.settings?.password === this.password
  }

  async serve(visit: AdmittedVisitor): Promise<void> {
    let connection: TunnelConnection | undefined
    try {
      connection = this.#context.connections.enter(visit)
      const stream = await this.#open(visit, connection)
      if (connection.signal.aborted) {
        resetStream(stream)
        throw asReason(connection.signal.reason)
      }
      await connection.join(visit.opened(), stream)
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
      connection?.leave()
    }
  }

  #open({ isEndToEnd, gone }: AdmittedVisitor, connection: TunnelConnection): Promise<Duplex> {
    const { visitor, signal } = connection
    void gone.then(() => connection.end())
    const session = this.#context.session()
    if (!session) throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
    const target = this.#context.targets.next()
    if (!target) throw new RelayError('invalid-input', 'The tunnel has no target. Give it one.')
    return isEndToEnd
      ? session.openPrivate({ target, verifier: this.#verifier, signal, visitor })
      : session.openStream(target, { signal, visitor })
  }
}

/** A visit that ends without a reason was ended by stopping the tunnel, or by the visitor. */
function asReason(error: unknown): RelayError {
  return error instanceof RelayError ? error : new RelayError('tunnel-stopped', 'The tunnel was stopped.')
}
