import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TLSSocket } from 'node:tls'
import type { Log } from '../log.ts'
import type { Secret } from '../secret.ts'
import { HttpPatience } from '../transport/http-patience.ts'
import { isSecure } from '../transport/secure-stream.ts'
import { serveConnection } from '../transport/serve-connection.ts'
import { provesAdminKey } from './admin-key.ts'
import type { ApiDoor } from './api/api-door.ts'
import { AttemptLimit } from './attempt-limit.ts'
import { installScript } from './install-script.ts'
import type { Invitation, Invites } from './invites.ts'
import type { Programs } from './programs.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'

export interface BridgeHttpOptions {
  adminKey: Secret
  api: ApiDoor
  invites: Invites
  programs: Programs
  identity: { fingerprint: string; curlPin: string }
  log: Log
  now: () => number
}

/** Within this a peer has asked for something; each answer ends its connection. */
const timeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 10_000 }
/** A download may be slow, but not stand still. */
const stallTimeoutMs = 60_000

/** What the bridge says over HTTPS: the relay API for whoever proves the admin key, and the installer behind a code. */
export class BridgeHttp {
  readonly #options: BridgeHttpOptions
  readonly #server: Server
  readonly #wrongAdmin: AttemptLimit
  readonly #wrongCodes: AttemptLimit
  readonly #patience = new WeakMap<Duplex, HttpPatience>()
  readonly #proved = new WeakMap<Duplex, () => void>()

  constructor(options: BridgeHttpOptions) {
    this.#options = options
    this.#wrongAdmin = new AttemptLimit({ most: 10, windowMs: 60_000, now: options.now })
    this.#wrongCodes = new AttemptLimit({ most: 20, windowMs: 60_000, now: options.now })
    this.#server = createServer({ maxHeaderSize: 8 * 1024 })
    this.#server.on('request', (request, response) => {
      if (this.#patience.get(request.socket)?.admit(response)) void this.#answer(request, response)
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Takes over a TLS connection of the bridge that speaks HTTP. `proved`: it has shown the admin key. */
  enter(socket: TLSSocket, proved: () => void): void {
    this.#proved.set(socket, proved)
    this.#patience.set(socket, new HttpPatience(socket, timeouts))
    serveConnection(this.#server, socket)
    socket.resume()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#patience.get(request.socket)?.rest()
    const address = request.socket.remoteAddress ?? ''
    const { adminKey, api, log } = this.#options
    if (request.url !== '/api' || !isSecure(request.socket)) return refuseUpgrade(socket, 404, 'Not Found')
    // A right key is let in whatever others at this address have tried: 256 random bits are not guessed.
    if (!provesAdminKey(adminKey, request.headers.authorization, request.socket)) {
      if (this.#wrongAdmin.lockedForMs(address) > 0) return refuseUpgrade(socket, 429, 'Too Many Requests')
      this.#wrongAdmin.failed(address)
      log.warn('wrong admin key', { address })
      return refuseUpgrade(socket, 401, 'Unauthorized')
    }
    this.#proved.get(request.socket)?.()
    log.info('app connected', { address })
    socket.once('close', () => log.info('app disconnected', { address }))
    api.accept(request, socket, head, { secrets: 'shown' })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = /^\/i\/([A-Za-z0-9_-]{22})(?:\/npc-(amd64|arm64)\.gz)?$/.exec(request.url ?? '')
    const address = request.socket.remoteAddress ?? ''
    if (!path?.[1] || request.method !== 'GET') return end(response, 404, 'There is nothing here.\n')
    if (this.#wrongCodes.lockedForMs(address) > 0)
      return end(response, 429, 'Too many wrong codes. Wait a minute.\n')
    const invitation = this.#options.invites.find(path[1])
    if (!invitation) {
      this.#wrongCodes.failed(address)
      this.#options.log.warn('wrong or expired invite code', { address })
      // curl -f shows the status only; the text is for those who look with a browser.
      return end(response, 410, 'This code is wrong, used up or older than an hour. Make a new one.\n')
    }
    try {
      if (path[2] === 'amd64' || path[2] === 'arm64') await this.#sendProgram(response, invitation, path[2])
      else await this.#sendScript(response, invitation, path[1])
    } catch (error) {
      // Whoever has all bytes may hang up before we do.
      if (!response.writableEnded)
        this.#options.log.warn('invite download broke off', { address, reason: error })
      response.destroy()
    }
  }

  async #sendScript(response: ServerResponse, { client, invite }: Invitation, code: string): Promise<void> {
    const { invites, programs, identity } = this.#options
    const server = invites.bridgeAddress(invite.host)
    const script = installScript({
      server,
      vkey: client.vkey,
      fingerprint: identity.fingerprint,
      curlPin: identity.curlPin,
      url: `https://${server}/i/${code}`,
      programs: await programs.sums(),
    })
    end(response, 200, script, 'text/x-shellscript; charset=utf-8')
  }

  async #sendProgram(
    response: ServerResponse,
    { invite }: Invitation,
    arch: 'amd64' | 'arm64',
  ): Promise<void> {
    const program = await this.#options.programs.get(arch)
    if (!program) return end(response, 404, `This relay has no npc for ${arch}.\n`)
    response.socket?.setTimeout(stallTimeoutMs, () => response.destroy())
    response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': program.bytes })
    this.#options.invites.fetched(invite)
    await pipeline(createReadStream(program.path), response)
  }
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' })
  response.end(text)
}
