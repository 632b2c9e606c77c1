import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { listenAtPath } from '../../net/listen/listen.ts'
import { PipelineLimit } from '../../net/listen/pipeline-limit.ts'
import type { ApiSurface } from '../api/api-surface.ts'
import type { ConfigFile } from '../settings/config-file.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import { readBody } from '../http/request-body.ts'
import { httpServerOptions } from '../http/http-limits.ts'
import { refuseUpgrade } from '../http/refuse-upgrade.ts'
import type { ImportReport } from '../stock/stock-data/import-stock.ts'

/** The kernel's limit for a socket's path, less its closing zero byte. */
const maxPathBytes = 107
/** PATH_MAX of Linux. */
const maxFolderPathBytes = 4096

/** Imports the stock data in a folder; `from` is the folder that its files were copied from, if they were. */
type ImportStock = (folder: string, from: string | undefined) => Promise<ImportReport>

export interface ControlSocketOptions {
  path: string
  /** Reads nps.conf again; the answer is one line for the person who asked. */
  reload: () => Promise<string>
  descriptors?: Descriptors
}

/**
 * The socket for this machine's command line: a file that only its owner may open. Who holds it is the
 * one relay of its state folder.
 */
export class ControlSocket {
  readonly #path: string
  readonly #server: Server
  #api: ApiSurface | undefined
  #importStock: ImportStock | undefined

  constructor({ path, reload, descriptors }: ControlSocketOptions) {
    this.#path = path
    this.#server = createServer(httpServerOptions)
    this.#server.on('connection', (socket) => descriptors?.admit(socket, 'control'))
    const pipelined = new PipelineLimit()
    this.#server.on('request', (request, response) => {
      if (!pipelined.admit(request, response)) return
      void this.#answer(request, reload).then(({ status, text }) => {
        // One call per connection: nothing else that the caller sends is read.
        response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
        response.end(text)
      })
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url !== '/api' || !this.#api) return refuseUpgrade(socket, 503, 'Starting')
      this.#api.accept(request, socket, head, { secrets: 'shown' })
    })
  }

  /** Opens the socket. @throws Error when another relay runs on this state folder */
  async listen(): Promise<void> {
    if (Buffer.byteLength(this.#path) > maxPathBytes) {
      throw new Error(`The path ${this.#path} is too long for a socket. Choose a shorter -conf_path.`)
    }
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await chmod(dirname(this.#path), 0o700)
    if (await somebodyAnswers(this.#path)) {
      throw new Error(`Another nps runs with the state in ${dirname(this.#path)}. Stop it first: nps stop.`)
    }
    await rm(this.#path, { force: true })
    await listenAtPath(this.#server, this.#path)
    await chmod(this.#path, 0o600)
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
        const body = (await readBody(request, 2 * maxFolderPathBytes + 1)) ?? ''
        const [folder = '', from] = body.split('\0')
        return { status: 200, text: JSON.stringify(await this.#importStock(folder, from)) }
      }
      return { status: 404, text: 'There is nothing here.' }
    } catch (error) {
      return { status: 400, text: error instanceof Error ? error.message : String(error) }
    }
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }
}

/** The socket in a relay's state folder, already open. @throws Error when another relay runs on that folder */
export async function openControlSocket(
  folder: string,
  configFile: ConfigFile | undefined,
  descriptors?: Descriptors,
): Promise<ControlSocket> {
  const control = new ControlSocket({
    path: join(folder, 'control.sock'),
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

/** A socket file without a listener is what a kill -9 leaves. */
function somebodyAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
