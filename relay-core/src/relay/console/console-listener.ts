import { every } from '../../async/time/every.ts'
import { RelayError } from '../../api/errors.ts'
import { consoleIsGuarded, type RelayConfig } from '../../config/relay/relay-config.ts'
import { consoleHost, ConsoleServer, type ConsoleServerOptions } from './console-server.ts'
import { readConsoleTls, type ConsoleTls } from './console-tls.ts'

/** How soon a renewed certificate is used. */
const lookAtCertificateMs = 2_000

export interface ConsoleListenerOptions extends Omit<ConsoleServerOptions, 'tls'> {
  /** Told of each port that the console opens, and null while it does not listen. */
  onPort: (port: number | null) => void
}

/** Opens, moves and closes the console as nps.conf says. A console that cannot open does not stop the relay. */
export class ConsoleListener {
  readonly #options: ConsoleListenerOptions
  #server: ConsoleServer | undefined
  #opened: { settings: string; tls: ConsoleTls | undefined } | undefined
  /** What was said last about a console that cannot open: the same is not said again. */
  #complaint: string | undefined
  #looking: Disposable | undefined
  /** One after the other, so that a renewed certificate and a changed setting never cross. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: ConsoleListenerOptions) {
    this.#options = options
  }

  /**
   * Reopens when address, port, path, certificate, user or password have changed: a new password ends every
   * session, and so does a renewed certificate.
   */
  follow(config: RelayConfig): Promise<void> {
    this.#looking?.[Symbol.dispose]()
    this.#looking = undefined
    this.#complaint = undefined
    if (config.webPort !== null && config.webTls) {
      const look = () => void this.#next(() => this.#open(config)).catch(() => undefined)
      this.#looking = every(lookAtCertificateMs, look, { ref: false })
    }
    return this.#next(() => this.#open(config))
  }

  async #open(config: RelayConfig): Promise<void> {
    const { webPort, webUsername, webPassword, webBaseUrl, webTls } = config
    const host = consoleHost(config)
    const settings = JSON.stringify([host, webPort, webUsername, webPassword.reveal(), webBaseUrl, webTls])
    if (this.#opened?.settings !== settings) await this.#shut()
    if (webPort === null) return
    try {
      const tls = webTls ? await readConsoleTls(webTls) : undefined
      if (this.#opened && isSameTls(this.#opened.tls, tls)) return
      await this.#shut()
      const server = new ConsoleServer({ ...this.#options, tls })
      const { port } = await server.listen()
      this.#server = server
      this.#opened = { settings, tls }
      this.#options.onPort(port)
      this.#complaint = undefined
      this.#tell(config, host, port)
    } catch (error) {
      // A certificate that is being replaced may not match its key yet: the current one stays in use until then.
      if (!(error instanceof RelayError)) throw error
      if (error.message === this.#complaint) return
      this.#complaint = error.message
      const message = this.#opened ? 'console keeps its old certificate' : 'console not listening'
      this.#options.log.error(message, { port: webPort, code: error.code, reason: error })
    }
  }

  #tell(config: RelayConfig, address: string, port: number): void {
    const { log } = this.#options
    log.info('console listening', {
      address,
      port,
      tls: config.webTls !== null,
      path: config.webBaseUrl || '/',
    })
    if (consoleIsGuarded(config)) return
    log.warn(
      'the console listens on this machine only and lets nobody in: web_password in nps.conf is empty or ' +
        'well-known. Set another one, then run "nps reload".',
    )
  }

  close(): Promise<void> {
    this.#looking?.[Symbol.dispose]()
    this.#looking = undefined
    return this.#next(() => this.#shut())
  }

  async #shut(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#opened = undefined
    this.#options.onPort(null)
    await server?.close()
  }

  #next(work: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(work)
    this.#queue = result.catch((error: unknown) => this.#options.log.error('console failed', { error }))
    return result
  }
}

function isSameTls(a: ConsoleTls | undefined, b: ConsoleTls | undefined): boolean {
  return a?.cert === b?.cert && a?.key === b?.key
}
