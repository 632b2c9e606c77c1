import { RelayError } from '../../../api/errors.ts'
import { tunnelModes } from '../../../api/tunnel-modes.ts'
import { privateVerifier } from '../../../native/proofs.ts'
import { placeOfProxy } from '../../../session/agent-proxy.ts'
import type { LinkEntrance } from '../../rendezvous/direct-links.ts'
import type { AdmittedVisitor } from '../private/admitted-visitor.ts'
import type { PrivateTunnel } from '../private/private-tunnels.ts'
import { linkEntrance } from '../private/link-entrance.ts'
import { serveVisit } from '../private/serve-visit.ts'
import { RoundRobinTargets } from '../round-robin-targets.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** No port: visitors connect to the bridge and prove that they know the tunnel's password. */
export function createPrivateMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  const password = spec.settings?.password
  if (password === undefined) {
    throw new RelayError('invalid-input', 'A private tunnel needs a password.', { what: 'password' })
  }
  const { agentProxy } = tunnelModes[spec.mode]
  // The visitor chooses none, and the relay knows none: what may be reached there is the agent's to say.
  const targets = agentProxy ? new RoundRobinTargets([placeOfProxy(agentProxy)]) : context.targets
  return new PrivateMode({ tunnelId: spec.id, clientId: spec.clientId, password }, { ...context, targets })
}

class PrivateMode implements TunnelServer, PrivateTunnel {
  readonly port = null
  readonly tunnelId: number
  readonly password: string
  readonly links: LinkEntrance
  readonly #context: TunnelServerContext
  readonly #verifier: Uint8Array

  constructor(
    { tunnelId, clientId, password }: { tunnelId: number; clientId: number; password: string },
    context: TunnelServerContext,
  ) {
    this.tunnelId = tunnelId
    this.password = password
    this.#context = context
    this.links = linkEntrance({ ...context, clientId })
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

  serve(visit: AdmittedVisitor): Promise<void> {
    const { tunnelId } = this
    return serveVisit({ ...this.#context, tunnelId }, visit, { verifier: this.#verifier })
  }
}
