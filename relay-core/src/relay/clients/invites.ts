import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { formatHostPort } from '../../net/address/host-port.ts'
import { RelayError } from '../../api/errors.ts'
import { shellWord } from '../../api/words/shell-words.ts'
import { allowTargetProblem } from '../../config/agent/allowed-targets.ts'
import type { Log } from '../../log/log.ts'
import type { Agents } from './agents.ts'
import { windowsLine } from './install-script-windows.ts'
import type { Programs } from './programs.ts'
import { networkOf } from '../../net/address/network-of.ts'
import { newVkey, type ClientRecord, type ClientStore } from '../store/client-store.ts'
import type { InviteRecord, InviteStore } from '../store/invite-store.ts'

export interface InvitesOptions {
  store: InviteStore
  clients: ClientStore
  agents: Agents
  programs: Programs
  /** Of the relay's own key. */
  pins: { curlPin: string; windowsPin: string }
  bridgePort: () => number
  log: Log
  now: () => number
}

/** Long enough to walk to the lab, short enough for a chat history. */
const validMs = 60 * 60_000
/** The line may be pasted again after an interrupted download; anyone who needs more makes a new one. */
const maxFetches = 8

/** What the holder of a valid code gets. */
export interface Invitation {
  readonly invite: InviteRecord
  readonly client: ClientRecord
}

/** One-time codes with which a lab box that nobody can reach installs its agent by one pasted line. */
export class Invites {
  readonly #options: InvitesOptions
  readonly #subscription: Disposable
  /** Clients that came online while the state could not be written: their used codes are not accepted meanwhile. */
  readonly #toRetire = new Set<number>()

  constructor(options: InvitesOptions) {
    this.#options = options
    this.#subscription = options.agents.onChange((clientId) => {
      if (options.agents.state(clientId).state !== 'online') return
      this.#toRetire.add(clientId)
      try {
        this.retireAll()
      } catch (error) {
        if (!(error instanceof RelayError)) throw error
        options.log.error('a used invite cannot be taken back yet', { client: clientId, code: error.code })
      }
    })
  }

  /**
   * The line itself says what the agent may dial (`allowTarget`), where whoever pastes it can read it; the script passes it on to npc.
   * Rejects with RelayError `invalid-input` for a host that cannot be part of a shell command, and for a list that npc would refuse.
   */
  async create(client: ClientRecord, host: string, allowTarget?: string) {
    const problem = allowTarget === undefined ? null : allowTargetProblem(allowTarget)
    if (problem) throw new RelayError('invalid-input', `allowTarget ${problem}.`, { field: 'allowTarget' })
    const shell = allowTarget === undefined ? 'sh' : `sh -s -- ${shellWord(`-allow_target=${allowTarget}`)}`
    const { store, programs, pins, now, log } = this.#options
    const { curlPin, windowsPin } = pins
    const server = this.bridgeAddress(host)
    const lacksProgramIn = (await programs.any()) ? null : programs.folder
    store.removeExpired(now())
    const code = randomBytes(16).toString('base64url')
    const expiresAtMs = now() + validMs
    store.add(code, client.id, host, expiresAtMs)
    log.info('invite made', { client: client.id, validMinutes: validMs / 60_000 })
    const url = `https://${server}/i/${code}`
    return {
      code,
      expiresAtMs,
      // The certificate is self-signed on purpose: what counts is the pinned key.
      curl: `curl -fsSL -k --pinnedpubkey ${shellWord(curlPin)} ${shellWord(url)} | ${shell}`,
      wget: `wget -qO- --no-check-certificate --pinnedpubkey=${shellWord(curlPin)} ${shellWord(url)} | ${shell}`,
      powershell: windowsLine({
        url: `${url}.ps1`,
        windowsPin,
        flags: allowTarget === undefined ? [] : [`-allow_target=${allowTarget}`],
      }),
      lacksProgramIn,
    }
  }

  /** @throws RelayError `invalid-input` for a host that cannot be part of a shell command */
  bridgeAddress(host: string): string {
    if (!/^[A-Za-z0-9.-]+$/.test(host) && !isIPv6(host)) {
      throw new RelayError('invalid-input', `"${host}" is not a host name or an address.`, { field: 'host' })
    }
    return formatHostPort({ host, port: this.#options.bridgePort() })
  }

  /** Undefined for a code that is wrong, expired, used up, fetched too often, or of a disabled client. */
  find(code: string): Invitation | undefined {
    const { store, clients, now } = this.#options
    const invite = store.find(code)
    if (!invite || invite.expiresAtMs <= now() || this.#isUsed(invite)) return undefined
    if (invite.fetches >= maxFetches) return undefined
    const client = clients.get(invite.clientId)
    return client?.enabled ? { invite, client } : undefined
  }

  /**
   * The script, which holds the client's key, is requested from `address`. From a second network it gets a new key: the first to fetch it may be
   * someone else, whose key becomes invalid. Returns the key for the script.
   */
  takeKey({ invite, client }: Invitation, address: string): string {
    const { store, clients, log } = this.#options
    const network = networkOf(address)
    const isSecond = invite.fetchedFrom !== null && invite.fetchedFrom !== network
    const vkey = isSecond ? newVkey() : client.vkey
    if (isSecond) clients.setVkey(client.id, vkey)
    store.countFetch(invite.codeHash, network)
    const fields = { client: client.id, address, times: invite.fetches + 1 }
    if (!isSecond) log.info('invite fetched', fields)
    else {
      const what =
        'invite fetched from a second address: the client has a new key, the one fetched before counts no more'
      log.warn(what, { ...fields, before: invite.fetchedFrom })
    }
    return vkey
  }

  /** The program is being sent: from now on the code is used up when the agent comes online. */
  fetched({ codeHash, clientId }: InviteRecord, address: string): void {
    this.#options.store.setFetched(codeHash, this.#options.now())
    this.#options.log.info('agent program fetched by invite', { client: clientId, address })
  }

  close(): void {
    this.#subscription[Symbol.dispose]()
  }

  /** Revokes the codes that an agent has used. @throws RelayError when the state cannot be written */
  retireAll(): void {
    if (this.#toRetire.size === 0) return
    for (const invite of this.#options.store.list()) {
      if (!this.#isUsed(invite)) continue
      this.#options.store.remove(invite.codeHash)
      this.#options.log.info('invite used up', { client: invite.clientId })
    }
    this.#toRetire.clear()
  }

  #isUsed({ clientId, fetchedAtMs }: InviteRecord): boolean {
    if (!this.#toRetire.has(clientId) || fetchedAtMs === null) return false
    const agent = this.#options.agents.state(clientId)
    return agent.state === 'online' && agent.sinceMs >= fetchedAtMs
  }
}
