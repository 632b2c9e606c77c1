import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TLSSocket } from 'node:tls'
import { shellWord } from '../../api/words/shell-words.ts'
import type { Log } from '../../log/log.ts'
import type { Secret } from '../../secret.ts'
import { HttpTimeouts } from '../../net/listen/http-timeouts.ts'
import { isSecure } from '../../net/tls/secure-stream.ts'
import { serveConnection } from '../../net/listen/serve-connection.ts'
import { provesAdminKey } from '../../api-client/admin-key.ts'
import type { ApiSurface } from '../api/api-surface.ts'
import { AttemptLimit } from '../limits/attempt-limit.ts'
import { installScript } from '../clients/install-script.ts'
import { windowsInstallScript } from '../clients/install-script-windows.ts'
import type { Invitation, Invites } from '../clients/invites.ts'
import { type AgentProgramName, agentPrograms, type Programs } from '../clients/programs.ts'
import { powershellWord } from '../../api/words/powershell-words.ts'
import { refuseUpgrade } from '../http/refuse-upgrade.ts'
import { peerAddress } from '../../net/address/plain-address.ts'

export interface BridgeHttpOptions {
  adminKey: Secret
  api: ApiSurface
  invites: Invites
  programs: Programs
  identity: { fingerprint: string; curlPin: string }
  log: Log
  now: () => number
}

/** How long a peer may take to ask for something; each answer ends its connection. */
const timeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 10_000 }
/** A download may be slow, but it must not stall. */
const stallTimeoutMs = 60_000

/** What the bridge serves over HTTPS: the relay API to whoever proves the admin key, and the installer behind a code. */
export class BridgeHttp {
  readonly #options: BridgeHttpOptions
  readonly #server: Server
  readonly #wrongAdmin: AttemptLimit
  readonly #wrongCodes: AttemptLimit
  readonly #timeouts = new WeakMap<Duplex, HttpTimeouts>()
  readonly #proved = new WeakMap<Duplex, () => void>()

  constructor(options: BridgeHttpOptions) {
    this.#options = options
    this.#wrongAdmin = new AttemptLimit({ maxAttempts: 10, windowMs: 60_000, now: options.now })
    this.#wrongCodes = new AttemptLimit({ maxAttempts: 20, windowMs: 60_000, now: options.now })
    this.#server = createServer({ maxHeaderSize: 8 * 1024 })
    this.#server.on('request', (request, response) => {
      if (this.#timeouts.get(request.socket)?.admit(response)) void this.#answer(request, response)
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Takes over a TLS connection of the bridge that speaks HTTP. `proved`: it has shown the admin key. */
  enter(socket: TLSSocket, proved: () => void): void {
    this.#proved.set(socket, proved)
    this.#timeouts.set(socket, new HttpTimeouts(socket, timeouts))
    serveConnection(this.#server, socket)
    socket.resume()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#timeouts.get(request.socket)?.stop()
    const address = peerAddress(request.socket) ?? ''
    const { adminKey, api, log } = this.#options
    if (request.url !== '/api' || !isSecure(request.socket)) return refuseUpgrade(socket, 404, 'Not Found')
    // The right key is accepted whatever others at this address have tried: 256 random bits cannot be guessed.
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
    const path = /^\/i\/([A-Za-z0-9_-]{22})(\.ps1|\/[a-z0-9.-]+)?$/.exec(request.url ?? '')
    const address = peerAddress(request.socket) ?? ''
    const program = agentPrograms.find((name) => path?.[2] === `/${name}`)
    if (!path?.[1] || (path[2]?.startsWith('/') && !program) || request.method !== 'GET')
      return end(response, 404, 'There is nothing here.\n')
    // A right code is accepted whatever others at this address have tried: 128 random bits cannot be guessed.
    const invitation = this.#options.invites.find(path[1])
    if (!invitation) {
      if (this.#wrongCodes.lockedForMs(address) > 0) return refuse(request, response, 429, tooManyCodes)
      this.#wrongCodes.failed(address)
      this.#options.log.warn('wrong or expired invite code', { address })
      return refuse(request, response, 410, spentCode)
    }
    try {
      if (program) await this.#sendProgram(response, invitation, { name: program, address })
      else {
        const isWindows = path[2] === '.ps1'
        await this.#sendScript(response, invitation, { code: path[1], isWindows, address })
      }
    } catch (error) {
      // A client that has all bytes may hang up before we do.
      if (!response.writableEnded)
        this.#options.log.warn('invite download broke off', { address, reason: error })
      response.destroy()
    }
  }

  async #sendScript(
    response: ServerResponse,
    invitation: Invitation,
    { code, isWindows, address }: { code: string; isWindows: boolean; address: string },
  ): Promise<void> {
    const { invites, programs, identity } = this.#options
    const server = invites.bridgeAddress(invitation.invite.host)
    const options = {
      server,
      vkey: invites.takeKey(invitation, address),
      fingerprint: identity.fingerprint,
      curlPin: identity.curlPin,
      url: `https://${server}/i/${code}`,
      programs: await programs.sums(),
    }
    if (isWindows) end(response, 200, windowsInstallScript(options))
    else end(response, 200, installScript(options), shellScript)
  }

  async #sendProgram(
    response: ServerResponse,
    { invite }: Invitation,
    { name, address }: { name: AgentProgramName; address: string },
  ): Promise<void> {
    const program = await this.#options.programs.get(name)
    if (!program) return end(response, 404, `This relay has no ${name}.\n`)
    response.socket?.setTimeout(stallTimeoutMs, () => response.destroy())
    response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': program.bytes })
    this.#options.invites.fetched(invite, address)
    await pipeline(createReadStream(program.path), response)
  }
}

const spentCode = [
  'This line is used up, older than an hour, or not whole. Make a new one in the app, in the web console, or by "nps client invite" on the server.',
  '这行命令已使用过、已超过一小时，或不完整。请在应用、网页控制台中，或在云服务器上用 “nps client invite” 重新生成。',
]
const tooManyCodes = [
  'Too many wrong codes came from here. Wait a minute, then paste a new line.',
  '来自此处的错误代码过多。请等一分钟，再粘贴新的命令。',
]

const shellScript = 'text/x-shellscript; charset=utf-8'

/** A page for a browser; for curl, wget and PowerShell, whose output runs in a shell and which would show only a number with -f, a script that prints it. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  sentences: readonly string[],
): void {
  const { accept = '' } = request.headers
  const isScript = !accept.includes('text/html') && !(request.url ?? '').endsWith('.gz')
  if (!isScript) return end(response, status, `${sentences.join('\n')}\n`)
  if ((request.url ?? '').endsWith('.ps1')) {
    const says = sentences.map((sentence) => `[Console]::Error.WriteLine(${powershellWord(sentence)})\n`)
    return end(response, 200, says.join(''))
  }
  const says = sentences.map((sentence) => `echo ${shellWord(sentence)} >&2\n`).join('')
  end(response, 200, `#!/bin/sh\n${says}exit 1\n`, shellScript)
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
