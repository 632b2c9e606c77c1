import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from '../../../relay-core/src/agent/agent.ts'
import { SharedFolders } from '../../../relay-core/src/agent/files/shared-folders.ts'
import type { DialPolicy } from '../../../relay-core/src/session/dial-policy.ts'
import { createLog } from '../../../relay-core/src/log/log.ts'
import { keyId } from '../../../relay-core/src/native/proofs.ts'
import { md5Hex } from '../../../relay-core/src/stock/messages/handshake.ts'
import { StockBridge } from '../../../relay-core/src/stock/stock-bridge.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { Agents } from '../../../relay-core/src/relay/clients/agents.ts'
import type { AgentSession } from '../../../relay-core/src/session/agent-session.ts'
import { Bridge } from '../../../relay-core/src/relay/bridge/bridge.ts'
import { stockVisitor } from '../../../relay-core/src/relay/tunnels/private/admitted-visitor.ts'
import { PrivateTunnels } from '../../../relay-core/src/relay/tunnels/private/private-tunnels.ts'
import { loadOrCreateIdentity } from '../../../relay-core/src/net/tls/identity.ts'
import { testVkey } from '../native/native-pair.ts'

export interface SessionPairOptions {
  readonly crypt?: boolean
  readonly compress?: boolean
  /** Which targets our agent may dial. */
  readonly dialPolicy?: DialPolicy
  /** The folders that our agent shares. */
  readonly sharedFolders?: readonly string[]
  /** Brings the agent instead of ours; answers how to end it. */
  readonly agent?: (bridgePort: number) => Promise<{ kill(): Promise<unknown> }>
}

/** A relay's bridge and one agent in this process, for what needs a session and no restarts. */
export class SessionPair {
  readonly agents = new Agents()
  readonly privateTunnels = new PrivateTunnels()
  /** `host:port` of the bridge. */
  server = ''
  fingerprint = ''
  readonly log = createLog({ level: 'debug', write: (line) => (this.lines += line) })
  lines = ''
  #folder = ''
  #close: (() => Promise<unknown>)[] = []

  /** The relay is up and its agent online, by the protocol that `protocol` names. */
  static async start(
    protocol: 'native' | 'stock',
    { crypt = false, compress = false, dialPolicy, sharedFolders = [], agent }: SessionPairOptions = {},
  ): Promise<SessionPair> {
    const pair = new SessionPair()
    const { agents, privateTunnels, log } = pair
    pair.#folder = await mkdtemp(join(tmpdir(), 'nps-session-'))
    const identity = await loadOrCreateIdentity(pair.#folder)
    const knownKey = keyId(testVkey).toString('hex')
    const stock = new StockBridge({
      clients: {
        findByVerifyKey: (md5) => (md5 === md5Hex(testVkey) ? { id: 1, crypt, compress } : undefined),
      },
      agents,
      identity,
      log,
      onSecretVisitor: ({ passwordMd5, socket, ...from }) => {
        const tunnel = privateTunnels.findByMd5(passwordMd5)
        if (tunnel) void tunnel.serve(stockVisitor(socket, from))
        else socket.destroy()
      },
    })
    const bridge = new Bridge({
      host: '127.0.0.1',
      port: 0,
      identity,
      agents,
      entrances: privateTunnels,
      survival: () => true,
      log,
      clients: { find: (key) => (key === knownKey ? { id: 1, vkey: testVkey, enabled: true } : undefined) },
      onStock: (socket) => stock.accept(socket),
    })
    const { port } = await bridge.listen()
    pair.server = `127.0.0.1:${port}`
    pair.fingerprint = identity.fingerprint
    pair.#close.push(async () => {
      stock.close()
      agents.closeAll()
      await bridge.close()
    })
    const online = new Promise<void>((resolve) => agents.onChange(() => agents.get(1) && resolve()))
    if (agent) {
      const started = await agent(port)
      pair.#close.push(() => started.kill())
    } else {
      const ours = new Agent({
        server: `127.0.0.1:${port}`,
        vkey: new Secret(testVkey),
        protocol,
        dialPolicy,
        shared: new SharedFolders(sharedFolders),
        log,
      })
      ours.start()
      pair.#close.push(() => ours.close())
    }
    await online
    return pair
  }

  get session(): AgentSession {
    const session = this.agents.get(1)
    if (!session) throw new Error(`the agent is not online:\n${this.lines}`)
    return session
  }

  async close(): Promise<void> {
    for (const close of this.#close.toReversed()) await close()
    await rm(this.#folder, { recursive: true })
  }
}
