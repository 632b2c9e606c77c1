import { RelayError } from '../../api/errors.ts'
import { consoleIsGuarded, type RelayConfig } from '../../config/relay-config.ts'
import { consoleHost, ConsoleServer, type ConsoleServerOptions } from './console-server.ts'

/** Opens, moves and closes the console as nps.conf says. A console that cannot open does not stop the relay. */
export class ConsoleDoor {
  readonly #options: ConsoleServerOptions
  #server: ConsoleServer | undefined
  #opened: { key: string; port: number } | undefined

  constructor(options: ConsoleServerOptions) {
    this.#options = options
  }

  /** The port it listens on; null while it does not. */
  get port(): number | null {
    return this.#opened?.port ?? null
  }

  /** Reopens when address, port, user or password differ from before: a new password ends every session. */
  async follow(config: RelayConfig): Promise<void> {
    const { webPort, webUsername, webPassword } = config
    const key = JSON.stringify([consoleHost(config), webPort, webUsername, webPassword.reveal()])
    if (this.#opened?.key === key) return
    await this.close()
    if (webPort === null) return
    const { log } = this.#options
    const server = new ConsoleServer(this.#options)
    try {
      const { host, port } = await server.listen()
      this.#server = server
      this.#opened = { key, port }
      log.info('console listening', { address: host, port })
      if (!consoleIsGuarded(config)) {
        log.warn(
          'the console listens on this machine only and lets nobody in: web_password in nps.conf is empty or ' +
            'well-known. Set another one, then run "nps reload".',
        )
      }
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      log.error('console not listening', { port: webPort, code: error.code, reason: error })
    }
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#opened = undefined
    await server?.close()
  }
}
