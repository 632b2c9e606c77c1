import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  request as openRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { Agent } from '../agent/agent.ts'
import { hostsDefaults, type HostsConfig } from '../config/relay/hosts-config.ts'
import { silentLog } from '../log/log.ts'
import { connectRelay, Secret, type RelayClient } from '../api-client/index.ts'
import { Relay } from '../relay/relay.ts'
import { selfSignedCertificate } from '../net/tls/self-signed-certificate.ts'
import { loopbackRelay } from './loopback-relay.ts'

type HostRoute = NonNullable<NonNullable<Parameters<RelayClient['tunnels']['add']>[0]['settings']>['host']>
type Wish = Partial<HostRoute> & {
  name: string
  target: string
  users?: { name: string; password: string }[]
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** `user:password`, as a browser sends it. */
export const basic = (text: string) => ({
  Authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})

/** A whole relay with its lab box and web servers behind it, in this process, for the tests of hosts. */
export class HostLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'nps-hosts-'))
  readonly lines: string[] = []
  readonly #closers: (() => unknown)[] = [() => rmSync(this.folder, { recursive: true })]
  #relay: Relay | undefined
  #client: RelayClient | undefined
  #clientId = 0
  #hosts: HostsConfig = { ...hostsDefaults, ip: '127.0.0.1', httpPort: 0, httpsPort: 0 }
  agent: Agent | undefined
  httpPort = 0
  httpsPort = 0

  async start(): Promise<void> {
    const relay = new Relay({
      config: this.#config,
      folder: join(this.folder, 'state'),
      tunnelHost: '127.0.0.1',
      writeLog: (line) => this.lines.push(line),
    })
    this.#relay = relay
    const { bridgePort, adminKey, fingerprint } = await relay.start()
    this.#closers.push(() => relay.close())
    const signal = AbortSignal.timeout(10_000)
    const connection = await connectRelay({ host: '127.0.0.1', port: bridgePort, adminKey, signal })
    this.#closers.push(() => connection.close())
    this.#client = connection.client
    const { id, vkey } = await this.api.clients.add({ name: 'lab' })
    this.#clientId = id
    this.agent = new Agent({
      server: `127.0.0.1:${bridgePort}`,
      vkey: new Secret(vkey),
      fingerprint,
      log: silentLog,
    })
    this.#closers.push(() => this.agent?.close())
    const online = (async () => {
      for await (const [lab] of await this.api.clients.watch({})) if (lab?.agent.state === 'online') return
    })()
    this.agent.start()
    await online
    await this.#readPorts()
  }

  get #config() {
    return { ...loopbackRelay, hosts: this.#hosts }
  }

  get api(): RelayClient {
    if (!this.#client) throw new Error('not started')
    return this.#client
  }

  /** As if nps.conf had been changed and read again. */
  async configure(change: Partial<HostsConfig>): Promise<void> {
    this.#hosts = { ...this.#hosts, ...change }
    await this.#relay?.applyConfig(this.#config)
    await this.#readPorts()
  }

  async #readPorts(): Promise<void> {
    const { httpPort, httpsPort } = await this.api.status.get({})
    this.httpPort = httpPort ?? 0
    this.httpsPort = httpsPort ?? 0
  }

  async add({ target, users, name, path = '/', scheme = 'all', ...rest }: Wish) {
    return this.api.tunnels.add({
      clientId: this.#clientId,
      mode: 'host',
      target,
      settings: { host: { name, path, scheme, ...rest }, ...(users && { users }) },
    })
  }

  /** A web server at the lab; answers its `host:port`. */
  async site(listener: RequestListener, prepare?: (server: Server) => void): Promise<string> {
    const server = createServer(listener)
    prepare?.(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.#closers.push(async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    })
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** Answers each request with its name, head and body, as JSON. */
  mirror(name = 'mirror'): Promise<string> {
    return this.site((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const { method, url, rawHeaders } = request
        response.setHeader('X-Answer', name)
        response.end(JSON.stringify({ name, method, url, rawHeaders, body }))
      })
    })
  }

  /** A certificate for any name, and its key, as files; written over the earlier ones of that name. */
  certificate(file: string): { certFile: string; keyFile: string; pem: string } {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = selfSignedCertificate(privateKey, publicKey)
    const [certFile, keyFile] = [join(this.folder, `${file}.pem`), join(this.folder, `${file}.key`)]
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(certFile, pem)
    return { certFile, keyFile, pem }
  }

  /** A visit over plain HTTP, or over `connection`. */
  visit(
    host: string,
    path = '/',
    { method = 'GET', headers = {}, body = '', connection }: VisitOptions = {},
  ): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const request = openRequest({
        host: '127.0.0.1',
        port: this.httpPort,
        method,
        path,
        maxHeaderSize: 256 * 1024,
        headers: { Host: host, Connection: 'close', ...headers },
        ...(connection ? { createConnection: () => connection } : { agent: false }),
      })
      request.on('error', reject).on('response', (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        )
      })
      request.end(body)
    })
  }

  async connect(port = this.httpPort, host = '127.0.0.1'): Promise<Socket> {
    const socket = connect({ port, host, allowHalfOpen: true })
    // A test that expects an error looks at how the visit ends.
    socket.on('error', () => undefined)
    this.#closers.push(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }

  /** Says these bytes and answers all that comes back until the relay hangs up. */
  async raw(text: string | Buffer, port = this.httpPort): Promise<string> {
    const socket = await this.connect(port)
    socket.write(text)
    return hear(socket)
  }

  onClose(close: () => unknown): void {
    this.#closers.push(close)
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close()
  }
}

interface VisitOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  connection?: Duplex
}

/** All that comes until the end or the reset of a connection. */
export async function hear(socket: Duplex): Promise<string> {
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')))
  // Not by `once` of node:events, which rejects with the error of a reset.
  await new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
  socket.destroy()
  return heard
}
