import { isAbsolute, join } from 'node:path'
import { RelayError } from '../../api/errors.ts'
import type { HostsConfig } from '../../config/relay/hosts-config.ts'
import type { Log } from '../../log/log.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import { Certificate, type CertificateFiles } from './certificates.ts'
import type { HttpTimeoutOptions } from '../../net/listen/http-timeouts.ts'
import { HostHttp } from './host-http.ts'
import type { HostSite } from './host-site.ts'
import { HostTable, type HostRule, type HostScheme } from './host-table.ts'
import { HostTls } from './host-tls.ts'
import { SharedPort } from './shared-port.ts'

export interface HostListenersOptions {
  readonly config: () => HostsConfig
  /** The folder that relative paths of certificates start from. */
  readonly folder: string
  /** Without it descriptors are not watched. */
  readonly descriptors?: Descriptors
  readonly log: Log
  readonly limits?: Partial<HttpTimeoutOptions>
}

/** A port shared by the tunnels of one scheme, if nps.conf and the system allow it. */
interface OpenedPort {
  readonly key: string
  readonly port: number | null
  readonly failure: RelayError | undefined
  close(): Promise<void>
}

const schemes: readonly HostScheme[] = ['http', 'https']

/** The relay's two ports for all host tunnels. One that cannot be opened is logged and stops nothing else. */
export class HostListeners {
  readonly #options: HostListenersOptions
  readonly #sites = new HostTable<HostSite>()
  readonly #http: HostHttp
  readonly #https: HostTls
  readonly #ports = new Map<HostScheme, OpenedPort>()
  #default: { key: string; certificate: Certificate } | undefined
  /** Openings and closings come one after the other. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: HostListenersOptions) {
    this.#options = options
    const { config, log } = options
    const sites = this.#sites
    this.#http = new HostHttp({
      sites,
      addOrigin: () => config().addOrigin,
      httpsPort: () => this.port('https'),
      log,
      ...(options.limits && { limits: options.limits }),
    })
    this.#https = new HostTls({
      sites,
      http: this.#http,
      passThrough: () => config().passThrough,
      defaultCertificate: () => this.#default?.certificate,
      ...(options.limits?.headTimeoutMs !== undefined && { helloTimeoutMs: options.limits.headTimeoutMs }),
      log,
    })
  }

  /** The port that is open for a scheme; null: none is. */
  port(scheme: HostScheme): number | null {
    return this.#ports.get(scheme)?.port ?? null
  }

  /** Whether visitors can connect with this scheme; for `all`, with one of the two. */
  isOpen(scheme: HostRule['scheme']): boolean {
    return schemesOf(scheme).some((one) => this.port(one) !== null)
  }

  /** Why visitors cannot use a port that nps.conf names, or any port; undefined when everything is as nps.conf says. */
  failure(scheme: HostRule['scheme']): RelayError | undefined {
    const failed = schemesOf(scheme).map((one) => this.#ports.get(one)?.failure)
    return failed.find((failure) => failure) ?? (this.isOpen(scheme) ? undefined : hostsOff(scheme))
  }

  /** Opens, moves and closes the ports as nps.conf says, and tries again what failed. Connections of a moved port end. */
  follow(): Promise<void> {
    const done = this.#queue.then(() => this.#follow())
    this.#queue = done.catch(() => undefined)
    return done
  }

  /** Adds `site` until the returned function is called. Throws `already-exists`, or `invalid-input` for a site that cannot work. */
  add(site: HostSite): () => void {
    this.check(site)
    return this.#sites.add(site.rule, site)
  }

  /** Throws `invalid-input` for a site that needs what nps.conf rules out. */
  check({ rule, users, redirectToHttps }: Pick<HostSite, 'rule' | 'users' | 'redirectToHttps'>): void {
    const { passThrough, httpsPort } = this.#options.config()
    if (passThrough && rule.scheme !== 'http' && users.length > 0 && httpsPort !== null) {
      throw new RelayError(
        'invalid-input',
        `${rule.name} cannot ask for a password: with https_just_proxy=true its HTTPS goes to the target unread. ` +
          'Choose scheme http, or let nps answer HTTPS itself (https_just_proxy=false and a certificate).',
        { host: rule.name },
      )
    }
    if (redirectToHttps && httpsPort === null) {
      throw new RelayError(
        'invalid-input',
        `${rule.name} cannot send visitors to HTTPS: nps.conf has no https_proxy_port.`,
        { host: rule.name },
      )
    }
  }

  /** Rejects with `certificate-invalid`. */
  async loadCertificate({ certFile, keyFile }: CertificateFiles): Promise<Certificate> {
    const { log } = this.#options
    const certificate = new Certificate(
      { certFile: this.#path(certFile), keyFile: this.#path(keyFile) },
      { log },
    )
    await certificate.load()
    return certificate
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#queue
    await Promise.all([...this.#ports.values()].map((port) => port.close()))
    this.#ports.clear()
  }

  async #follow(): Promise<void> {
    const { ip, httpPort, httpsPort, certFile, keyFile } = this.#options.config()
    await this.#followCertificate(certFile, keyFile)
    const open = { http: httpPort, https: httpsPort }
    for (const scheme of schemes) await this.#followPort(scheme, ip, open[scheme])
  }

  async #followPort(scheme: HostScheme, host: string, port: number | null): Promise<void> {
    const key = JSON.stringify([host, port])
    const before = this.#ports.get(scheme)
    if (before?.key === key && before.port !== null) return
    this.#ports.delete(scheme)
    await before?.close()
    if (port === null) return
    const shared = new SharedPort((socket, address, known) => {
      const port = socket.remotePort ?? 0
      if (scheme === 'http') this.#http.enter(socket, { address, scheme, port }, { known })
      else void this.#https.enter(socket, address, known)
    }, this.#options.descriptors)
    const { log } = this.#options
    try {
      const opened = await shared.listen({ host, port })
      this.#ports.set(scheme, { key, port: opened, failure: undefined, close: () => shared.close() })
      log.info('hosts listening', { scheme, address: host, port: opened })
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      this.#ports.set(scheme, { key, port: null, failure: error, close: () => Promise.resolve() })
      if (before?.key === key && before.failure?.code === error.code) return
      log.error('hosts not listening; the relay goes on without', {
        scheme,
        address: host,
        port,
        code: error.code,
        reason: error,
      })
    }
  }

  async #followCertificate(certFile: string | null, keyFile: string | null): Promise<void> {
    const key = JSON.stringify([certFile, keyFile])
    if (this.#default?.key === key) return
    this.#default = undefined
    if (certFile === null && keyFile === null) return
    const { log } = this.#options
    if (certFile === null || keyFile === null) {
      log.error('no default certificate: https_default_cert_file and https_default_key_file are both needed')
      return
    }
    const files = { certFile: this.#path(certFile), keyFile: this.#path(keyFile) }
    // A missing one is used once it exists.
    const certificate = new Certificate(files, { log })
    await certificate.current()
    this.#default = { key, certificate }
  }

  #path(path: string): string {
    return isAbsolute(path) ? path : join(this.#options.folder, path)
  }
}

function schemesOf(scheme: HostRule['scheme']): readonly HostScheme[] {
  return scheme === 'all' ? schemes : [scheme]
}

function hostsOff(scheme: HostRule['scheme']): RelayError {
  const keys = scheme === 'all' ? 'http_proxy_port or https_proxy_port' : `${scheme}_proxy_port`
  return new RelayError(
    'hosts-off',
    `nps.conf opens no port for host tunnels: set ${keys}, then run "nps reload".`,
    { keys },
  )
}
