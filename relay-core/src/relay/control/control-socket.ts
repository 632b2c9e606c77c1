import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { controlPath, type ControlPath } from '../../api-client/control-path.ts'
import { HttpTimeouts } from '../../net/listen/http-timeouts.ts'
import { serveConnection } from '../../net/listen/serve-connection.ts'
import type { ApiSurface } from '../api/api-surface.ts'
import type { ConfigFile } from '../settings/config-file.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import { readBody } from '../http/request-body.ts'
import { httpServerOptions } from '../http/http-limits.ts'
import { ControlListener } from './control-listener.ts'
import { refuseUpgrade } from '../http/refuse-upgrade.ts'
import type { ImportReport } from '../stock/stock-data/import-stock.ts'

/** How long the owner's program may take to ask for something; each answer ends its connection. */
const timeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 10_000 }
/** And for all of a question, which is two paths at most. */
const bodyTimeoutMs = 30_000
/** PATH_MAX of Linux. */
const maxFolderPathBytes = 4096

/** Imports the stock data in a folder; `from` is the folder that its files were copied from, if they were. */
type ImportStock = (folder: string, from: string | undefined) => Promise<ImportReport>

export interface ControlSocketOptions {
  path: ControlPath
  /** Reads nps.conf again; the answer is one line for the person who asked. */
  reload: () => Promise<string>
  descriptors?: Descriptors
}

/** The socket for this machine's command line, open to its owner only. */
export class ControlSocket {
  readonly #listener: ControlListener
  readonly #timeouts = new WeakMap<Duplex, HttpTimeouts>()
  #api: ApiSurface | undefined
  #importStock: ImportStock | undefined

  constructor({ path, reload, descriptors }: ControlSocketOptions) {
    const server = createServer(httpServerOptions)
    server.on('request', (request, response) => {
      if (!this.#timeouts.get(request.socket)?.admit(response)) return
      void this.#answer(request, reload).then(({ status, text }) => {
        // One call per connection: nothing else that the caller sends is read.
        response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
        response.end(text)
      })
    })
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#timeouts.get(request.socket)?.stop()
      if (request.url !== '/api' || !this.#api) return refuseUpgrade(socket, 503, 'Starting')
      this.#api.accept(request, socket, head, { secrets: 'shown' })
    })
    // The server does not listen itself: on Bun for Windows it cannot listen at a pipe.
    this.#listener = new ControlListener(path, {
      accepted: (socket) => descriptors?.admit(socket, 'control'),
      admitted: (socket) => {
        this.#timeouts.set(socket, new HttpTimeouts(socket, timeouts))
        serveConnection(server, socket)
        socket.resume()
      },
    })
  }

  /** Opens the socket. @throws Error when another relay runs on this state folder */
  listen(): Promise<void> {
    return this.#listener.listen()
  }

  /** From now on calls are answered. `importStock` reads a folder of this machine, so nobody else may ask for it. */
  serve(api: ApiSurface, importStock: ImportStock): void {
    this.#api = api
    this.#importStock = importStock
  }

  async #answer(
    request: IncomingMessage,
    reload: () => Promise<string>,
  ): Promise<{ status: number; text: string }> {
    try {
      if (request.method === 'POST' && request.url === '/reload') return { status: 200, text: await reload() }
      if (request.method === 'POST' && request.url === '/import') {
        if (!this.#importStock) return { status: 503, text: 'nps is starting. Try again.' }
        // Both paths, separated by the one byte that no path contains.
        const late = setTimeout(() => request.destroy(), bodyTimeoutMs)
        const body = await readBody(request, 2 * maxFolderPathBytes + 1).finally(() => clearTimeout(late))
        const [folder = '', from] = (body ?? '').split('\0')
        return { status: 200, text: JSON.stringify(await this.#importStock(folder, from)) }
      }
      return { status: 404, text: 'There is nothing here.' }
    } catch (error) {
      return { status: 400, text: error instanceof Error ? error.message : String(error) }
    }
  }

  close(): Promise<void> {
    return this.#listener.close()
  }
}

/** The socket in a relay's state folder, already open. @throws Error when another relay runs on that folder */
export async function openControlSocket(
  folder: string,
  configFile: ConfigFile | undefined,
  descriptors?: Descriptors,
): Promise<ControlSocket> {
  const control = new ControlSocket({
    path: controlPath(folder),
    ...(descriptors && { descriptors }),
    reload: async () => {
      if (!configFile) return 'This relay has no nps.conf to read.'
      const { waiting, warnings } = await configFile.reload()
      const notes = warnings.map(({ line, message }) => `line ${line}: ${message}`)
      const wait = waiting.length > 0 ? [`Waiting for "nps restart": ${waiting.join(', ')}.`] : []
      return ['Settings applied.', ...wait, ...notes].join('\n')
    },
  })
  await control.listen()
  return control
}
