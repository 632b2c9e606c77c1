import { implement } from '@orpc/server'
import { relayContract } from '../../api/contract.ts'
import { RelayError } from '../../api/errors.ts'
import type { Client } from '../../api/client-models.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import { clientLimits, limits } from '../../api/limits.ts'
import { clientSettings, tunnelSettings, type TunnelSettings } from '../../api/tunnel-settings.ts'
import { toContractError } from './coded-errors.ts'
import { whileLocked } from '../store/while-locked.ts'
import { checkPassword } from '../tunnels/private/private-settings.ts'
import { withoutZone } from '../../net/address/plain-address.ts'
import type { ApiParts, CallContext } from './context.ts'
import { feed } from './api-feed.ts'
import { keepUnread } from './keep-unread.ts'
import { hideOfClient, hideOfTunnel, restoreHidden, type Secrets } from './hidden-secrets.ts'

/** How often a feed checks values that drift without an event, such as round trips and memory. */
const driftMs = 5_000

/**
 * The relay API over the running parts, for the app, the command line and, without secrets, the console: a session there is
 * one password away from anyone, and its page can be read over someone's shoulder.
 */
export function createRouter(parts: ApiParts, secrets: Secrets) {
  const { clients, tunnels, passes, webhook, watches, traffic, invites, log } = parts
  const isHidden = secrets === 'hidden'
  const ofClient = (client: Client) => (isHidden ? hideOfClient(client) : client)
  const ofTunnel = (tunnel: RelayTunnel) => (isHidden ? hideOfTunnel(tunnel) : tunnel)
  const given = <T extends { settings?: TunnelSettings | undefined }>(
    input: T,
    before?: TunnelSettings,
  ): T => {
    const settings = isHidden ? restoreHidden(input.settings, before) : input.settings
    return settings ? { ...input, settings } : input
  }
  /** @throws RelayError `not-possible-here` */
  const forOthersOnly = (what: string) => {
    if (!isHidden) return
    throw new RelayError('not-possible-here', `A session of the web console is not shown ${what}.`, { what })
  }
  const os = implement(relayContract)
    .$context<CallContext>()
    .use(async ({ next, signal }) => {
      try {
        return await whileLocked(async () => next(), { signal })
      } catch (error) {
        throw toContractError(error, log)
      }
    })
  return os.router({
    status: {
      get: os.status.get.handler(() => parts.status()),
      watch: os.status.watch.handler(({ signal }) =>
        feed({ read: parts.status, changed: parts.statusChanged, signal, refreshMs: driftMs }),
      ),
      machine: os.status.machine.handler(({ signal }) => parts.machine(signal)),
      seenKey: os.status.seenKey.handler(({ signal }) => {
        forOthersOnly('a key for the UDP ports')
        return parts.seenKey(signal)
      }),
      caller: os.status.caller.handler(({ context: { address } }) => ({
        address: address === undefined ? null : withoutZone(address),
      })),
      measure: os.status.measure.handler(({ input }) => ({ payload: '0'.repeat(input.giveBytes) })),
      restart: os.status.restart.handler(() => {
        if (!parts.restart) {
          throw new RelayError(
            'not-possible-here',
            'This relay runs without a service that would start it again. Install it with "nps install" first.',
          )
        }
        parts.restart()
        return {}
      }),
    },
    clients: {
      list: os.clients.list.handler(() => clients.list().map(ofClient)),
      watch: os.clients.watch.handler(({ signal }) =>
        feed({
          read: () => clients.list().map(ofClient),
          changed: clients.changed,
          signal,
          refreshMs: driftMs,
        }),
      ),
      add: os.clients.add.handler(({ input }) => ofClient(clients.add(input))),
      edit: os.clients.edit.handler(async ({ input }) => {
        const schemas = { settings: clientSettings, limits: clientLimits }
        const change = keepUnread(`client ${input.id}`, clients.record(input.id), input, schemas)
        const client = clients.edit(input.id, change)
        await tunnels.reviewHosts()
        return ofClient(client)
      }),
      setEnabled: os.clients.setEnabled.handler(({ input }) =>
        ofClient(clients.setEnabled(input.id, input.enabled)),
      ),
      remove: os.clients.remove.handler(async ({ input }) => {
        clients.record(input.id)
        await tunnels.removeOfClient(input.id)
        clients.remove(input.id)
        return {}
      }),
      listening: os.clients.listening.handler(({ input, signal }) => {
        forOthersOnly('what runs on a lab box')
        return clients.listening(input.id, { signal: signal ?? new AbortController().signal })
      }),
      command: os.clients.command.handler(({ input }) => {
        forOthersOnly('the vkey of a client')
        return parts.command(clients.record(input.id).vkey, input.host)
      }),
      invite: os.clients.invite.handler(({ input }) =>
        invites.create(clients.record(input.id), input.host, input.allowTarget),
      ),
    },
    tunnels: {
      list: os.tunnels.list.handler(() => tunnels.list().map(ofTunnel)),
      watch: os.tunnels.watch.handler(({ signal }) =>
        feed({
          read: () => tunnels.list().map(ofTunnel),
          changed: tunnels.changed,
          signal,
          refreshMs: driftMs,
        }),
      ),
      add: os.tunnels.add.handler(async ({ input: asked }) => {
        const input = given(asked)
        clients.record(input.clientId)
        checkPassword(input.settings)
        const tunnel = await tunnels.add(input)
        clients.changed.emit()
        return ofTunnel(tunnel)
      }),
      edit: os.tunnels.edit.handler(async ({ input: asked }) => {
        const stored = tunnels.get(asked.id)
        const schemas = { settings: tunnelSettings, limits }
        const change = given(keepUnread(`tunnel ${asked.id}`, stored, asked, schemas), stored.settings)
        checkPassword(change.settings, stored.settings)
        return ofTunnel(await tunnels.edit(change.id, change))
      }),
      remove: os.tunnels.remove.handler(async ({ input }) => {
        await tunnels.remove(input.id)
        clients.changed.emit()
        return {}
      }),
      start: os.tunnels.start.handler(async ({ input }) => ofTunnel(await tunnels.start(input.id))),
      stop: os.tunnels.stop.handler(async ({ input }) => ofTunnel(await tunnels.stop(input.id))),
      probe: os.tunnels.probe.handler(({ input, signal }) =>
        tunnels.probe(input.id, { signal: signal ?? new AbortController().signal }),
      ),
      measure: os.tunnels.measure.handler(({ input, signal }) =>
        tunnels.measure(input.id, { signal: signal ?? new AbortController().signal }),
      ),
      connections: os.tunnels.connections.handler(({ input }) => tunnels.connections(input.id)),
      visitCommand: os.tunnels.visitCommand.handler(({ input }) => {
        forOthersOnly('the password of a tunnel')
        return parts.visitCommand(tunnels.get(input.id), input.host)
      }),
    },
    console: {
      pass: os.console.pass.handler(() => {
        forOthersOnly('a way in for others')
        return parts.consolePass()
      }),
    },
    passes: {
      list: os.passes.list.handler(() => passes.list()),
      watch: os.passes.watch.handler(({ signal }) =>
        feed({ read: () => passes.list(), changed: passes.changed, signal, refreshMs: driftMs }),
      ),
      add: os.passes.add.handler(({ input }) => {
        if (input.address === undefined) forOthersOnly('the line of a guest pass')
        const tunnel = tunnels.get(input.tunnelId)
        // Refuses a host that cannot stand in a command before anything is made.
        const line = (secret: string) => parts.guestLine(tunnel, secret, input.host)
        line('')
        const { limits: limitsOfClient } = clients.record(tunnel.clientId)
        const { pass, secret } = passes.add(input, { tunnel, clientLimits: limitsOfClient })
        return { pass, line: secret === null ? null : line(secret) }
      }),
      revoke: os.passes.revoke.handler(({ input }) => passes.revoke(input.id)),
      restore: os.passes.restore.handler(({ input }) => passes.restore(input.id)),
    },
    watches: {
      list: os.watches.list.handler(() => {
        forOthersOnly('what is watched')
        return watches.list()
      }),
      add: os.watches.add.handler(({ input: { clientId, wish }, signal }) => {
        forOthersOnly('what is watched')
        return watches.add(clientId, wish, { signal: signal ?? new AbortController().signal })
      }),
      remove: os.watches.remove.handler(({ input }) => {
        forOthersOnly('what is watched')
        watches.remove(input.id)
        return {}
      }),
    },
    webhook: {
      get: os.webhook.get.handler(() => ({ webhook: webhook.view() })),
      set: os.webhook.set.handler(({ input }) => {
        forOthersOnly('the webhook')
        return webhook.set(input)
      }),
      remove: os.webhook.remove.handler(() => {
        forOthersOnly('the webhook')
        webhook.remove()
        return {}
      }),
      test: os.webhook.test.handler(() => {
        forOthersOnly('the webhook')
        return webhook.test()
      }),
    },
    traffic: {
      live: os.traffic.live.handler(({ signal }) => traffic.live(signal)),
      history: os.traffic.history.handler(({ input }) => {
        if (input.clientId !== undefined) clients.record(input.clientId)
        return traffic.history(input.range, input)
      }),
    },
    config: {
      get: os.config.get.handler(() => {
        forOthersOnly('nps.conf')
        return requireFile(parts).read()
      }),
      save: os.config.save.handler(({ input }) => {
        forOthersOnly('nps.conf')
        return requireFile(parts).save(input)
      }),
    },
    log: {
      tail: os.log.tail.handler(({ signal }) => parts.logTail.follow(signal)),
    },
  })
}

export type RelayRouter = ReturnType<typeof createRouter>

function requireFile({ configFile }: ApiParts) {
  if (configFile) return configFile
  throw new RelayError('not-possible-here', 'This relay runs inside the desktop app and has no nps.conf.')
}
