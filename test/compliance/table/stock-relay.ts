import { createHash } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { Program } from '../../harness/programs/program.ts'
import { stockFile, type StockVersion } from '../stock/stock-programs.ts'
import { untilListening } from '../stock/until-listening.ts'
import {
  publicVkey,
  type ClientWish,
  type HostWish,
  type RelayEnd,
  type RelayTunnelWish,
} from './relay-end.ts'

const authKey = 'a-key-for-the-web-api-of-a-test'

interface StockClient {
  Id: number
  VerifyKey: string
  IsConnect: boolean
}

/** A stock `nps`, told what to do over its web API. */
export class StockRelayEnd implements RelayEnd {
  readonly bridgePort: number
  readonly httpPort: number
  readonly httpsPort: number
  readonly #webPort: number
  readonly #folder: string
  #program: Program | undefined

  private constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder
    ;[this.bridgePort = 0, this.httpPort = 0, this.httpsPort = 0, this.#webPort = 0] = ports
  }

  /** A stock relay finds its settings and its pages beside itself. */
  static async create(folder: string, version: StockVersion): Promise<StockRelayEnd> {
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()]
    const relay = new StockRelayEnd(folder, ports)
    await symlink(stockFile(version, 'nps'), join(folder, 'nps'))
    await symlink(stockFile(version, 'web'), join(folder, 'web'))
    await mkdir(join(folder, 'conf'))
    for (const list of ['clients', 'tasks', 'hosts']) await writeFile(join(folder, `conf/${list}.json`), '')
    await writeFile(
      join(folder, 'conf/nps.conf'),
      `appname=nps
runmode=pro
bridge_type=tcp
bridge_ip=127.0.0.1
bridge_port=${relay.bridgePort}
http_proxy_ip=127.0.0.1
http_proxy_port=${relay.httpPort}
https_proxy_port=${relay.httpsPort}
https_just_proxy=true
web_ip=127.0.0.1
web_port=${relay.#webPort}
web_username=admin
web_password=${authKey}
auth_key=${authKey}
public_vkey=${publicVkey}
log_level=7
`,
    )
    await relay.start()
    return relay
  }

  async start(): Promise<void> {
    this.#program = new Program(join(this.#folder, 'nps'), [], this.#folder)
    await this.#program.says(/web management start/)
    await this.#program.says(/server start, the bridge type is tcp/)
    await this.#webListens()
  }

  /** It says that its pages start a moment before they do. */
  async #webListens(): Promise<void> {
    const signal = AbortSignal.timeout(10_000)
    for (;;) {
      const page = fetch(`http://127.0.0.1:${this.#webPort}/login/index`, { signal })
      if (
        await page.then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return
      signal.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  get pid(): number {
    return this.#program?.pid ?? 0
  }

  get output(): string {
    return this.#program?.output ?? ''
  }

  async addClient({ vkey, layer, user }: ClientWish): Promise<number> {
    await this.#call('/client/add', {
      remark: layer,
      vkey,
      crypt: layer === 'crypt' ? '1' : '0',
      compress: layer === 'compress' ? '1' : '0',
      config_conn_allow: '1',
      u: user?.name ?? '',
      p: user?.password ?? '',
      rate_limit: '0',
      flow_limit: '0',
      max_conn: '0',
      max_tunnel: '0',
    })
    const added = (await this.#clients()).find((client) => client.VerifyKey === vkey)
    if (!added) throw new Error(`the stock relay did not take the client\n${this.output}`)
    return added.Id
  }

  async addTunnel({ clientId, mode, port, target, password = '' }: RelayTunnelWish): Promise<void> {
    await this.#call('/index/add', {
      type: mode === 'private' ? 'secret' : mode,
      remark: 'row',
      port: String(port ?? 0),
      server_ip: '127.0.0.1',
      target: target.replaceAll(',', '\n'),
      client_id: String(clientId),
      password,
    })
    // It answers a moment before it listens.
    if (port !== null) await untilListening(port, mode === 'udp' ? 'udp' : 'tcp')
  }

  async addHost({ clientId, host, target, location, scheme, hostHeader }: HostWish): Promise<void> {
    await this.#call('/index/addhost', {
      remark: host,
      host,
      scheme: scheme ?? 'all',
      location: location ?? '',
      client_id: String(clientId),
      target: target.replaceAll(',', '\n'),
      header: '',
      hostchange: hostHeader ?? '',
    })
  }

  async isOnline(clientId: number): Promise<boolean> {
    return (await this.#clients()).find(({ Id }) => Id === clientId)?.IsConnect === true
  }

  signal(signal: NodeJS.Signals): void {
    this.#program?.signal(signal)
  }

  async kill(): Promise<void> {
    await this.#program?.kill()
  }

  async #clients(): Promise<StockClient[]> {
    const { rows } = await this.#call('/client/list', { search: '', order: 'asc', offset: '0', limit: '100' })
    return (rows ?? []) as StockClient[]
  }

  async #call(path: string, form: Record<string, string>): Promise<{ rows?: unknown[] }> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const auth_key = createHash('md5').update(`${authKey}${timestamp}`).digest('hex')
    const response = await fetch(`http://127.0.0.1:${this.#webPort}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, auth_key, timestamp }),
      signal: AbortSignal.timeout(10_000),
    })
    const answer = (await response.json()) as { status?: number; msg?: string; rows?: unknown[] }
    if (answer.status === 0) throw new Error(`the stock relay refuses ${path}: ${answer.msg}\n${this.output}`)
    return answer
  }
}
