import type { RelayConfig } from '../config/relay/relay-config.ts'
import type { Log } from '../log/log.ts'
import type { ApiSurface } from './api/api-surface.ts'
import { BridgeHttp } from './bridge/bridge-http.ts'
import { Bridge } from './bridge/bridge.ts'
import type { Descriptors } from './limits/descriptors.ts'
import type { OnlineAgents } from './open-agents.ts'
import { privateVerifier } from '../native/proofs.ts'
import type { RelayClients } from './open-clients.ts'
import type { OpenGuestPasses } from './open-guest-passes.ts'
import type { State } from './open-state.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import type { OwnPorts } from './own-ports.ts'
import type { DirectLinks } from './rendezvous/direct-links.ts'
import { StockSupport } from './stock/stock-support.ts'
import { stockVisitor } from './tunnels/private/admitted-visitor.ts'
import type { VisitorEntrance } from './tunnels/private/private-tunnels.ts'

/** The port at which agents, the app and visitors of private tunnels arrive, in our protocol and in that of stock NPS. */
export interface OpenBridge extends AsyncDisposable {
  readonly stock: StockSupport
}

/** Agents come from now on; at the end they are told goodbye. Rejects as `Bridge.listen`. */
export async function openBridge({
  state: { store, identity, adminKey },
  online: { agents, seenAgents, registrations },
  tunnels: { tunnels, opened, privateTunnels },
  clients: { clients, invites, programs },
  guests: { passes },
  api,
  directLinks,
  config,
  ownPorts,
  descriptors,
  log,
  now,
}: {
  state: State
  online: OnlineAgents
  tunnels: RelayTunnels
  clients: RelayClients
  guests: OpenGuestPasses
  api: ApiSurface
  /** Undefined: there are none. */
  directLinks: DirectLinks | undefined
  config: () => RelayConfig
  /** Learns the port that was opened. */
  ownPorts: OwnPorts
  descriptors: Descriptors
  log: Log
  now: () => number
}): Promise<OpenBridge> {
  await using parts = new AsyncDisposableStack()
  const bridgeHttp = new BridgeHttp({ adminKey, api, invites, programs, identity, log, now })
  const stock = parts.adopt(
    new StockSupport({
      config,
      store: store.clients,
      clients,
      tunnels,
      opened,
      agents,
      identity,
      registrations,
      log,
      onSecretVisitor: ({ passwordMd5, socket, address, port }) => {
        const tunnel = privateTunnels.findByMd5(passwordMd5)
        if (tunnel) void tunnel.serve(stockVisitor(socket, { address, port }))
        else {
          log.warn('visitor refused', { address, code: 'wrong-password', protocol: 'stock' })
          socket.destroy()
        }
      },
      now,
    }),
    (part) => part.close(),
  )
  const entranceOfPass = (id: Uint8Array): VisitorEntrance | undefined => {
    const pass = passes.ofLine(id)
    if (!pass) return undefined
    const { secret: password, tunnelId, guest } = pass
    const how = { verifier: privateVerifier(password), guest }
    return {
      password,
      serve: (visit) => opened.serveGuest(tunnelId, visit, how),
      links: opened.linksOfGuest(tunnelId, guest),
    }
  }
  const { bridgeIp: address, bridgePort } = config()
  const bridge = parts.adopt(
    new Bridge({
      host: address,
      port: bridgePort,
      identity,
      clients,
      agents,
      entrances: { find: (id) => privateTunnels.find(id) ?? entranceOfPass(id) },
      directLinks,
      onHttp: (socket, proved) => bridgeHttp.enter(socket, proved),
      seenAgents,
      descriptors,
      onStock: (socket) => stock.accept(socket),
      survival: () => config().streamSurvival,
      compression: () => config().streamCompression,
      wishes: (session) => stock.wishes(session),
      log,
    }),
    (part) => part.close(),
  )
  parts.defer(() => {
    bridge.endVisits()
    agents.closeAll()
  })
  const { port } = await bridge.listen()
  ownPorts.bridge = port
  log.info('bridge listening', { address, port, fingerprint: identity.fingerprint })
  const listening = parts.move()
  return { stock, [Symbol.asyncDispose]: () => listening.disposeAsync() }
}
