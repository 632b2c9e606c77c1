import type { ConsolePass } from '@nps-desktop/relay-core/api'
import type { Clock } from '@nps-desktop/relay-core/async'
import { isLoopback } from '@nps-desktop/relay-core/visitor'
import { AppError } from '../failures/app-error.ts'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'
import { type Machines, secretName } from '../ssh/machines.ts'
import { cancelled } from '../ssh/ssh-errors.ts'
import type { Storage } from '../storage/records.ts'
import { storedServer } from '../storage/stored-machine.ts'
import { SharedForward } from './shared-forward.ts'
import { type ForwardTarget, SshForward } from './ssh-forward.ts'

interface ConsoleForwardsOptions {
  readonly storage: Storage
  readonly machines: Pick<Machines, 'open'>
  readonly relays: Pick<Relays, 'reach'>
  readonly clock: Clock
}

/** The calls of `console`. */
export class ConsoleForwards {
  readonly #options: ConsoleForwardsOptions
  readonly #forwards = new Map<string, { forward: SharedForward; target: ForwardTarget }>()
  #isClosed = false

  constructor(options: ConsoleForwardsOptions) {
    this.#options = options
  }

  /**
   * See the contract. Throws `version-unsupported` for an nps that gives no passes, `console-needs-sign-in`, and what opening an
   * ssh session throws. The pass stands behind the `#`: no server is sent it in an address, so none logs it.
   */
  async open(
    { serverId }: { serverId: string },
    { signal }: { signal: AbortSignal },
  ): Promise<{ url: string }> {
    const { storage, relays } = this.#options
    const server = storedServer(storage, serverId)
    if (!server.relay) throw new AppError('not-found', 'This server is not set up yet.', {})
    const { host } = server.relay
    const api = await relays.reach(serverId, { signal })
    const signsIn =
      server.address !== null && storage.secrets.has(secretName({ kind: 'server', id: serverId }))
    try {
      const pass = await api.console.pass({}, { signal })
      const target = targetOf(pass)
      if (pass.isTls && !isOwn(pass)) return { url: consoleUrl(pass, host) }
      if (!signsIn) {
        // on this computer the pass crosses no network
        if (isLoopback(host) && isLoopback(target.host)) return { url: consoleUrl(pass, target.host) }
        throw needsSignIn(server.name)
      }
      const port = await this.#forwardTo(serverId, target, signal)
      // opening the forward may have outlasted the first one: a person may have been asked for a code
      const fresh = await api.console.pass({}, { signal })
      return { url: consoleUrl({ ...fresh, port }, '127.0.0.1') }
    } catch (error) {
      if (!isUnknownCall(error)) throw error
      throw new AppError(
        'version-unsupported',
        `The nps on ${server.name} is too old to let the app into its console. Update it.`,
        { server: server.name },
      )
    }
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true
    for (const { forward } of this.#forwards.values()) forward.close()
  }

  async #forwardTo(serverId: string, target: ForwardTarget, signal: AbortSignal): Promise<number> {
    if (this.#isClosed) throw cancelled()
    const known = this.#forwards.get(serverId)
    if (known?.forward.isUsable && known.target.host === target.host && known.target.port === target.port)
      return await known.forward.port(signal)
    known?.forward.close()
    const { machines, clock } = this.#options
    const forward = new SharedForward(
      async (stop) => {
        // a person has just asked for the console
        const session = await machines.open({ kind: 'server', id: serverId }, { signal: stop, asks: true })
        return await SshForward.open(session, target, { clock })
      },
      () => {
        if (this.#forwards.get(serverId)?.forward === forward) this.#forwards.delete(serverId)
      },
    )
    this.#forwards.set(serverId, { forward, target })
    return await forward.port(signal)
  }
}

/** Whether the console listens on its own machine only. */
function isOwn({ host }: ConsolePass): boolean {
  return host !== undefined && isLoopback(host)
}

/** What reaches the console from its own machine. An nps of before tells no host; it mostly listens on every address. */
function targetOf({ host = '0.0.0.0', port }: ConsolePass): ForwardTarget {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port }
  return { host: host === '::' ? '::1' : host, port }
}

function consoleUrl({ isTls, port, path, token }: ConsolePass, host: string): string {
  return `${isTls ? 'https' : 'http'}://${inUrl(host)}:${port}${path}/#pass=${token}`
}

/** An address of IPv6 stands in brackets. */
function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function needsSignIn(server: string): AppError {
  return new AppError(
    'console-needs-sign-in',
    `There is no safe way from here to the console of ${server}: it has no encryption of its own, or listens on its own machine only, and no sign-in by ssh is kept. Keep one in the app, or set web_open_ssl=true and an address of that machine as web_ip in nps.conf.`,
    { server },
    { fixes: [{ action: 'enter-secret' }] },
  )
}
