import { implement } from '@orpc/server'
import { relayContract } from '../../api/contract.ts'
import { RelayError } from '../../api/errors.ts'
import { toContractError } from './coded-errors.ts'
import { checkPassword } from '../private/private-settings.ts'
import type { ApiParts } from './context.ts'
import { feed } from './feed.ts'

/** How often a feed looks for values that drift without an event, such as round trips and memory. */
const driftMs = 5_000

/** The relay API over the living parts; the same router serves the console, the app and the command line. */
export function createRouter(parts: ApiParts) {
  const { clients, tunnels, traffic, invites, log } = parts
  const os = implement(relayContract).use(async ({ next }) => {
    try {
      return await next()
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
      list: os.clients.list.handler(() => clients.list()),
      watch: os.clients.watch.handler(({ signal }) =>
        feed({ read: () => clients.list(), changed: clients.changed, signal, refreshMs: driftMs }),
      ),
      add: os.clients.add.handler(({ input }) => clients.add(input)),
      edit: os.clients.edit.handler(async ({ input }) => {
        const client = clients.edit(input.id, input)
        await tunnels.reviewHosts()
        return client
      }),
      setEnabled: os.clients.setEnabled.handler(({ input }) => clients.setEnabled(input.id, input.enabled)),
      remove: os.clients.remove.handler(async ({ input }) => {
        clients.record(input.id)
        await tunnels.removeOfClient(input.id)
        clients.remove(input.id)
        return {}
      }),
      command: os.clients.command.handler(({ input }) =>
        parts.command(clients.record(input.id).vkey, input.host),
      ),
      invite: os.clients.invite.handler(({ input }) => invites.create(clients.record(input.id), input.host)),
    },
    tunnels: {
      list: os.tunnels.list.handler(() => tunnels.list()),
      watch: os.tunnels.watch.handler(({ signal }) =>
        feed({ read: () => tunnels.list(), changed: tunnels.changed, signal, refreshMs: driftMs }),
      ),
      add: os.tunnels.add.handler(async ({ input }) => {
        clients.record(input.clientId)
        checkPassword(input.settings)
        const tunnel = await tunnels.add(input)
        clients.changed.emit()
        return tunnel
      }),
      edit: os.tunnels.edit.handler(({ input }) => {
        checkPassword(input.settings, tunnels.get(input.id).settings)
        return tunnels.edit(input.id, input)
      }),
      remove: os.tunnels.remove.handler(async ({ input }) => {
        await tunnels.remove(input.id)
        clients.changed.emit()
        return {}
      }),
      start: os.tunnels.start.handler(({ input }) => tunnels.start(input.id)),
      stop: os.tunnels.stop.handler(({ input }) => tunnels.stop(input.id)),
      probe: os.tunnels.probe.handler(({ input, signal }) =>
        tunnels.probe(input.id, { signal: signal ?? new AbortController().signal }),
      ),
      connections: os.tunnels.connections.handler(({ input }) => tunnels.connections(input.id)),
      visitCommand: os.tunnels.visitCommand.handler(({ input }) =>
        parts.visitCommand(tunnels.get(input.id), input.host),
      ),
    },
    traffic: {
      live: os.traffic.live.handler(({ signal }) => traffic.live(signal)),
      history: os.traffic.history.handler(({ input }) => traffic.history(input.range, input.tunnelId)),
    },
    config: {
      get: os.config.get.handler(() => requireFile(parts).read()),
      save: os.config.save.handler(({ input }) => requireFile(parts).save(input)),
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
