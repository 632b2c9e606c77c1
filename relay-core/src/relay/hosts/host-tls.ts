import type { Socket } from 'node:net'
import { untilSettled } from '../../async/wait/until-settled.ts'
import type { Log } from '../../log/log.ts'
import { secureAsServer } from '../../net/tls/secure-stream.ts'
import type { Certificate } from './certificates.ts'
import { ClientHelloReader, type HelloProgress } from './client-hello.ts'
import type { HostHttp } from './host-http.ts'
import { readVisitedHost } from './host-name.ts'
import { enterSite, reachTarget, type HostSite } from './host-site.ts'
import type { HostTable } from './host-table.ts'

export interface HostTlsOptions {
  readonly sites: HostTable<HostSite>
  readonly http: HostHttp
  readonly passThrough: () => boolean
  readonly defaultCertificate: () => Certificate | undefined
  readonly log: Log
  readonly helloTimeoutMs?: number
}

interface Who {
  readonly address: string
  /** For the log. */
  readonly visitor: string
  readonly known: () => void
}

/** Alerts of TLS (RFC 8446 §6.2), which a browser shows as a reason. */
const alerts = { accessDenied: 49, handshakeFailure: 40, internalError: 80, unrecognizedName: 112 }

/**
 * Serves visitors who start with TLS. With `https_just_proxy` their bytes go to the target that the name in their
 * ClientHello selects, and the relay needs no key; otherwise it answers with the certificate of that name.
 */
export class HostTls {
  readonly #options: HostTlsOptions

  constructor(options: HostTlsOptions) {
    this.#options = options
  }

  /** `known` is called once the visitor has asked for a site that is there. */
  async enter(socket: Socket, address: string, known: () => void): Promise<void> {
    const visitor = `${address}:${socket.remotePort ?? 0}`
    const { log } = this.#options
    const progress = await readHello(socket, this.#options.helloTimeoutMs ?? 10_000)
    if (progress.state === 'incomplete') {
      socket.destroy()
      return
    }
    if (progress.state === 'refused') {
      log.debug('no TLS visitor', { visitor, reason: progress.why })
      alert(socket, alerts.handshakeFailure)
      return
    }
    const { serverName } = progress.hello
    const name = serverName === undefined ? '' : readVisitedHost(serverName)
    try {
      if (name === undefined) alert(socket, alerts.unrecognizedName)
      else if (this.#options.passThrough()) await this.#passThrough(socket, name, { address, visitor, known })
      else await this.#terminate(socket, name, { address, visitor, known })
    } catch (error) {
      log.error('TLS visitor failed', { visitor, error })
      socket.destroy()
    }
  }

  async #passThrough(socket: Socket, name: string, { address, visitor, known }: Who): Promise<void> {
    const { sites, log } = this.#options
    // Paths are inside TLS, where nobody in between sees them.
    const site = sites.find(name, '/', 'https')
    if (!site)
      return this.#turnAway(socket, visitor, name, alerts.unrecognizedName, 'no host tunnel has this name')
    if (site.paused) return this.#turnAway(socket, visitor, name, alerts.accessDenied, 'the host is paused')
    if (site.users.length > 0) {
      const why = 'the host asks for a password, which https_just_proxy=true leaves no way to do'
      return this.#turnAway(socket, visitor, name, alerts.accessDenied, why)
    }
    const connection = enterSite(site, { address, port: socket.remotePort ?? 0 })
    if ('refusal' in connection) {
      return this.#turnAway(socket, visitor, name, alerts.accessDenied, connection.reason)
    }
    known()
    const onGone = () => connection.end()
    socket.once('close', onGone)
    connection.signal.addEventListener('abort', () => socket.destroy(), { once: true })
    try {
      const stream = await reachTarget(site, connection)
      socket.off('close', onGone)
      if ('refusal' in stream) {
        if (connection.signal.aborted) return
        log.warn('visitor turned away', { tunnel: site.tunnelId, visitor, reason: stream.reason })
        return alert(socket, alerts.internalError)
      }
      await connection.join(socket, stream)
    } finally {
      connection.leave()
    }
  }

  async #terminate(socket: Socket, name: string, { address, visitor, known }: Who): Promise<void> {
    const { sites, http, defaultCertificate } = this.#options
    const own = certifiedSite(sites.candidates(name, 'https'))
    const certificate = own?.certificate ?? defaultCertificate()
    const secureContext = await certificate?.current()
    if (!secureContext) {
      return this.#turnAway(
        socket,
        visitor,
        name,
        alerts.unrecognizedName,
        'there is no certificate for this name',
      )
    }
    if (socket.destroyed) return
    const secure = secureAsServer(socket, { secureContext, ALPNProtocols: ['http/1.1'] })
    secure.on('error', () => socket.destroy())
    secure.once('close', () => socket.destroy())
    http.enter(
      secure,
      { address, scheme: 'https', port: socket.remotePort ?? 0 },
      { certificateOf: own?.clientId, known },
    )
  }

  #turnAway(socket: Socket, visitor: string, name: string, description: number, reason: unknown): void {
    this.#options.log.warn('TLS visitor turned away', { visitor, name: name || 'none', reason })
    alert(socket, description)
  }
}

/**
 * The site whose certificate is used for a name: of those with the narrowest rule the one with the shortest path, so that it is the
 * owner of `/` rather than of a part. The certificate of a wider name is used only if the narrower name has the same owner.
 */
function certifiedSite(candidates: readonly HostSite[]): HostSite | undefined {
  const narrowest = candidates[0]?.rule.name
  const owners = new Set(
    candidates.filter(({ rule }) => rule.name === narrowest).map(({ clientId }) => clientId),
  )
  const certified = candidates.filter(({ certificate, clientId }) => certificate && owners.has(clientId))
  return certified.findLast(({ rule }) => rule.name === certified[0]?.rule.name)
}

/** Reads until the hello is complete and puts all of it back; the socket is paused then. `incomplete`: it took too long or ended. */
async function readHello(socket: Socket, timeoutMs: number): Promise<HelloProgress> {
  const reader = new ClientHelloReader()
  const chunks: Buffer[] = []
  let progress: HelloProgress = { state: 'incomplete' }
  await untilSettled<void>((resolve) => {
    const over = () => resolve()
    const take = (chunk: Buffer) => {
      chunks.push(chunk)
      progress = reader.push(chunk)
      if (progress.state !== 'incomplete') resolve()
    }
    const timer = setTimeout(over, timeoutMs)
    socket.on('data', take).on('end', over).on('close', over).resume()
    return () => {
      clearTimeout(timer)
      socket.off('data', take).off('end', over).off('close', over).pause()
      if (progress.state === 'complete') socket.unshift(Buffer.concat(chunks))
    }
  }, {})
  return progress
}

/** A fatal alert in a plaintext record, then the end: the visitor's browser can say why, instead of seeing a bare reset. */
function alert(socket: Socket, description: number): void {
  if (socket.destroyed) return
  socket.end(Buffer.of(21, 3, 1, 0, 2, 2, description))
  // What the visitor still sends must not keep the connection open.
  socket.resume()
  socket.once('finish', () => socket.destroySoon())
}
