import { isDeepStrictEqual } from 'node:util'
import { RelayError } from '../../../api/errors.ts'
import type { Certificate } from '../../hosts/certificates.ts'
import type { HostListeners } from '../../hosts/host-listeners.ts'
import { readTunnelHost } from '../../hosts/host-name.ts'
import { rulePath } from '../../hosts/routing-path.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** A name, and a path below it, on the relay's shared HTTP and HTTPS ports. */
export function createHostMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  const route = spec.settings?.host
  if (!route) {
    throw new RelayError('invalid-input', 'A host tunnel needs a name, as in -host=lab.example.com.', {
      mode: 'host',
    })
  }
  if (!context.hosts)
    throw new RelayError('mode-unsupported', 'This relay has no ports for hosts.', { mode: 'host' })
  return new HostMode(spec, route, context, context.hosts)
}

type Route = NonNullable<NonNullable<TunnelSpec['settings']>['host']>

class HostMode implements TunnelServer {
  readonly port = null
  readonly #spec: TunnelSpec
  readonly #route: Route
  readonly #context: TunnelServerContext
  readonly #listeners: HostListeners
  #remove: (() => void) | undefined

  constructor(spec: TunnelSpec, route: Route, context: TunnelServerContext, listeners: HostListeners) {
    this.#spec = spec
    this.#route = route
    this.#context = context
    this.#listeners = listeners
  }

  async listen(): Promise<void> {
    const {
      name,
      path,
      scheme,
      hostHeader,
      setHeaders = {},
      redirectToHttps = false,
      isPaused = false,
    } = this.#route
    const certificate = await this.#certificate()
    if (this.failure) await this.#listeners.follow()
    // One of the two ports is enough to start with; the failure of the other is shown.
    if (this.failure && !this.#listeners.isOpen(this.#route.scheme)) throw this.failure
    const { connections, targets, passwords, session } = this.#context
    this.#remove = this.#listeners.add({
      tunnelId: this.#spec.id,
      clientId: this.#spec.clientId,
      rule: { name: readTunnelHost(name), path: rulePath(path), scheme },
      paused: isPaused,
      redirectToHttps,
      hostHeader,
      setHeaders,
      users: this.#spec.settings?.users ?? [],
      certificate,
      passwords,
      connections: connections,
      targets,
      session,
    })
  }

  get failure(): RelayError | undefined {
    return this.#listeners.failure(this.#route.scheme)
  }

  /** A host's rule and settings are fixed while it is open; its limits and targets are handled elsewhere. */
  update({ settings }: TunnelSpec): boolean {
    const before = this.#spec.settings
    return isDeepStrictEqual([before?.host, before?.users], [settings?.host, settings?.users])
  }

  close(): Promise<void> {
    this.#remove?.()
    this.#remove = undefined
    return Promise.resolve()
  }

  #certificate(): Promise<Certificate | undefined> {
    const { certFile, keyFile } = this.#route
    if (certFile === undefined && keyFile === undefined) return Promise.resolve(undefined)
    if (certFile === undefined || keyFile === undefined) {
      throw new RelayError('certificate-invalid', 'A certificate needs its key: set both files, or none.', {
        path: certFile ?? keyFile ?? '',
      })
    }
    return this.#listeners.loadCertificate({ certFile, keyFile })
  }
}
