import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server as TcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActivityEvent, Overview, Tunnel, TunnelReach } from '@nps-desktop/electron/contract'
import { Agent, type AgentOptions } from '@nps-desktop/relay-core/agent'
import { silentLog } from '@nps-desktop/relay-core/log'
import { connectRelay, type RelayConnection } from '@nps-desktop/relay-core/api-client'
import { Secret } from '@nps-desktop/relay-core/secret'
import { Relay } from '@nps-desktop/relay-core/relay'
import { freePort } from '@nps-desktop/relay-core/testing/free-port'
import { loopbackRelay } from '@nps-desktop/relay-core/testing/loopback-relay'
import { createRouterClient, type RouterClient } from '@orpc/server'
import { createHeadlessShell } from '../headless/headless-shell.ts'
import { type DesktopBackend, openBackend } from '../backend/desktop/desktop-backend.ts'
import type { DesktopRouter } from '../backend/desktop/desktop-router.ts'

/** For tests: the app's backend, a relay and, once asked for, an agent, all in this process; and a service that greets like sshd. */
export class AppAndRelay {
  readonly folder: string
  readonly sshd: TcpServer
  relay!: Relay
  opened!: Awaited<ReturnType<Relay['start']>>
  agent: Agent | undefined
  backend!: DesktopBackend
  app!: RouterClient<DesktopRouter>

  private constructor(folder: string) {
    this.folder = folder
    this.sshd = createServer((socket) => socket.on('error', () => socket.destroy()).end('SSH-2.0-test\r\n'))
  }

  static async start(): Promise<AppAndRelay> {
    const bed = new AppAndRelay(await mkdtemp(join(tmpdir(), 'nps-desktop-overview-')))
    // Both come back on the same port; one of those for outgoing connections could be taken meanwhile.
    const [bridgePort, sshPort] = [await freePort(), await freePort()]
    await bed.openRelay(bridgePort, 'relay')
    await new Promise<void>((resolve) => bed.sshd.listen(sshPort, '127.0.0.1', resolve))
    await bed.openApp()
    return bed
  }

  async close(): Promise<void> {
    await this.backend.close()
    await this.agent?.close()
    await this.relay.close()
    await new Promise((resolve) => this.sshd.close(resolve))
    await rm(this.folder, { recursive: true })
  }

  /** Where the service is, `host:port`. */
  get target(): string {
    return `127.0.0.1:${(this.sshd.address() as AddressInfo).port}`
  }

  async openRelay(bridgePort: number, state: string): Promise<void> {
    this.relay = new Relay({
      config: { ...loopbackRelay, bridgePort },
      folder: join(this.folder, state),
      tunnelHost: '127.0.0.1',
      writeLog: () => undefined,
    })
    this.opened = await this.relay.start()
  }

  async openApp(): Promise<void> {
    const shell = await createHeadlessShell({
      version: '0.0.0',
      dataFolder: join(this.folder, 'app'),
      programsFolder: this.folder,
    })
    this.backend = await openBackend({ shell })
    this.app = createRouterClient(this.backend.router)
  }

  /** The app knows the relay from now on; answers the server's id. */
  async connectApp(): Promise<string> {
    const { bridgePort, adminKey } = this.opened
    const { serverId } = await this.app.servers.connect({
      host: '127.0.0.1',
      bridgePort,
      adminKey: adminKey.reveal(),
    })
    return serverId
  }

  activity(): Promise<ActivityEvent[]> {
    return this.activityWhere(() => true)
  }

  async activityWhere(isSo: (lines: ActivityEvent[]) => boolean): Promise<ActivityEvent[]> {
    for await (const lines of await this.app.activity.watch({})) if (isSo(lines)) return lines
    throw new Error('the feed ended')
  }

  async overviewWhere(isSo: (overview: Overview) => boolean): Promise<Overview> {
    for await (const overview of await this.app.overview.watch({})) if (isSo(overview)) return overview
    throw new Error('the feed ended')
  }

  async tunnelWhere(isSo: (tunnel: Tunnel) => boolean): Promise<Tunnel> {
    const { tunnels } = await this.overviewWhere(({ tunnels: all }) => all.some(isSo))
    const found = tunnels.find(isSo)
    if (!found) throw new Error('no such tunnel')
    return found
  }

  /** A server with one lab box and one tunnel to the service, ready. */
  async readyTunnel(reach: TunnelReach = 'anyone'): Promise<Tunnel> {
    const serverId = await this.connectApp()
    await this.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
    const { labId } = await this.app.labs.add({ serverId, name: 'a100', address: null })
    await this.startAgent(await this.vkeyOf(labId))
    await this.overviewWhere(({ labs }) => labs[0]?.state.state === 'online')
    await this.app.tunnels.addTcp({ labId, name: 'SSH', target: this.target, reach })
    return this.tunnelWhere(({ status }) => status.state === 'ready')
  }

  /** The relay asked directly, as its command line or web console would. */
  askRelay(): Promise<RelayConnection> {
    const { bridgePort, adminKey, fingerprint } = this.opened
    return connectRelay({
      host: '127.0.0.1',
      port: bridgePort,
      adminKey,
      fingerprint,
      signal: AbortSignal.timeout(20_000),
    })
  }

  async vkeyOf(labId: string): Promise<string> {
    const { client, close } = await this.askRelay()
    const id = Number(labId.slice(labId.lastIndexOf('-c') + 2))
    const { vkey } = await client.clients.command({ id, host: '127.0.0.1' })
    close()
    return vkey
  }

  async startAgent(vkey: string, more: Partial<AgentOptions> = {}): Promise<void> {
    this.agent = new Agent({
      server: `127.0.0.1:${this.opened.bridgePort}`,
      vkey: new Secret(vkey),
      fingerprint: this.opened.fingerprint,
      log: silentLog,
      ...more,
    })
    this.agent.start()
  }
}
