import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { controlPath } from '../../../relay-core/src/api-client/control-path.ts'
import { connectControlSocket } from '../../../relay-core/src/api-client/connect-control-socket.ts'
import type { RelayClient, RelayConnection } from '../../../relay-core/src/api-client/index.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { loopbackRelay } from '../../../relay-core/src/testing/loopback-relay.ts'
import { Program } from '../../harness/programs/program.ts'
import {
  publicVkey,
  type ClientWish,
  type HostWish,
  type RelayEnd,
  type RelayTunnelWish,
} from './relay-end.ts'
import { ourProgram, type Runtime } from './runtimes.ts'

/** Our `nps` as a program of its own, asked over its control socket. */
export class OurRelay implements RelayEnd {
  readonly bridgePort: number
  readonly httpPort: number
  readonly httpsPort: number
  readonly #folder: string
  readonly #runtime: Runtime
  #program: Program | undefined
  #connection: RelayConnection | undefined

  private constructor(folder: string, runtime: Runtime, ports: readonly number[]) {
    this.#folder = folder
    this.#runtime = runtime
    ;[this.bridgePort = 0, this.httpPort = 0, this.httpsPort = 0] = ports
  }

  /** `passThrough`: HTTPS goes to the targets by its name, and the relay holds no key. */
  static async create(folder: string, runtime: Runtime, { passThrough = true } = {}): Promise<OurRelay> {
    const ports = [await freePort(), await freePort(), await freePort()]
    const relay = new OurRelay(folder, runtime, ports)
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=127.0.0.1
bridge_port=${relay.bridgePort}
http_proxy_ip=127.0.0.1
http_proxy_port=${relay.httpPort}
https_proxy_port=${relay.httpsPort}
https_just_proxy=${passThrough}
web_port=
allow_ports=${String(loopbackRelay.allowPorts)}
stock_protocol=true
public_vkey=${publicVkey}
`,
    )
    await relay.start()
    return relay
  }

  async start(): Promise<void> {
    const [command, ...args] = ourProgram('nps', this.#runtime)
    this.#program = new Program(command, [...args, `-conf_path=${this.#folder}`], this.#folder)
    await this.#program.says(/nps runs/)
    this.#connection = await connectControlSocket(controlPath(join(this.#folder, 'state')))
  }

  get pid(): number {
    return this.#program?.pid ?? 0
  }

  get output(): string {
    return this.#program?.output ?? ''
  }

  get written(): number {
    return this.#program?.written ?? 0
  }

  /** As `Program.says`. */
  async says(pattern: RegExp, { from = 0 } = {}): Promise<void> {
    await this.#program?.says(pattern, { from, timeoutMs: 25_000 })
  }

  /** The relay's API, for what only our relay can say or do. */
  get api(): RelayClient {
    if (!this.#connection) throw new Error('the relay does not run')
    return this.#connection.client
  }

  async fingerprint(): Promise<string> {
    return (await this.api.status.get({})).fingerprint
  }

  async addClient({ vkey, layer }: ClientWish): Promise<number> {
    const settings = { crypt: layer === 'crypt', compress: layer === 'compress' }
    const { id } = await this.api.clients.add({ name: layer, vkey, settings })
    return id
  }

  async addTunnel({ clientId, mode, port, target, password, user }: RelayTunnelWish): Promise<void> {
    const settings = { ...(password && { password }), ...(user && { users: [user] }) }
    await this.api.tunnels.add({ clientId, mode, target, settings, ...(port !== null && { port }) })
  }

  async addHost({ clientId, host, target, location, scheme, hostHeader, user }: HostWish): Promise<void> {
    const route = {
      name: host,
      path: location ?? '/',
      scheme: scheme ?? 'all',
      ...(hostHeader && { hostHeader }),
    }
    const settings = { host: route, ...(user && { users: [user] }) }
    await this.api.tunnels.add({ clientId, mode: 'host', target, settings })
  }

  async isOnline(clientId: number): Promise<boolean> {
    const clients = await this.api.clients.list({})
    return clients.find(({ id }) => id === clientId)?.agent.state === 'online'
  }

  signal(signal: NodeJS.Signals): void {
    this.#program?.signal(signal)
  }

  async kill(): Promise<void> {
    this.#connection?.close()
    await this.#program?.kill()
  }
}
