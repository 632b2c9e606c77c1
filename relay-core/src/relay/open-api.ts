import { RelayError } from '../api/errors.ts'
import type { RelayStatus } from '../api/relay-status-models.ts'
import type { RelayTunnel } from '../api/relay-tunnel-models.ts'
import { commandLine } from '../api/words/shell-words.ts'
import type { Signal } from '../async/signals/signal.ts'
import type { LogTail } from '../log/log-tail.ts'
import type { Log } from '../log/log.ts'
import type { RelayConfig } from '../config/relay/relay-config.ts'
import type { ConsolePasses } from './api/console-passes.ts'
import type { ApiParts } from './api/context.ts'
import { createApiSurface, type ApiSurface } from './api/api-surface.ts'
import { consoleHost } from './console/console-server.ts'
import { watchMachine } from './machine/machine-watch.ts'
import type { OnlineAgents } from './open-agents.ts'
import type { OpenBooks } from './open-books.ts'
import type { RelayClients } from './open-clients.ts'
import type { OpenGuestPasses } from './open-guest-passes.ts'
import type { State } from './open-state.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import type { OpenWebhook } from './open-webhook.ts'
import type { OwnPorts } from './own-ports.ts'
import type { ConfigFile } from './settings/config-file.ts'
import { visitCommand, visitLine } from './tunnels/private/visit-command.ts'

/** What the app, the console and the command line call. Whoever lets peers in hands them over. */
export interface OpenApi extends AsyncDisposable {
  readonly api: ApiSurface
}

export function openApi({
  state: { identity },
  online: { agents },
  tunnels: { tunnels },
  clients: { clients, invites },
  guests: { passes },
  webhook: { webhook, watches },
  books: { traffic },
  configFile,
  logTail,
  log,
  status,
  statusChanged,
  consolePasses,
  config,
  ownPorts,
  restart,
  seenKey,
}: {
  state: State
  online: OnlineAgents
  tunnels: RelayTunnels
  clients: RelayClients
  guests: OpenGuestPasses
  webhook: OpenWebhook
  books: OpenBooks
  configFile: ConfigFile | undefined
  logTail: LogTail
  log: Log
  status: () => RelayStatus
  statusChanged: Signal
  consolePasses: ConsolePasses
  config: () => RelayConfig
  ownPorts: OwnPorts
  restart: (() => void) | undefined
  seenKey: ApiParts['seenKey']
}): OpenApi {
  const parts = new AsyncDisposableStack()
  const { fingerprint } = identity
  const agentCommand = (vkey: string, host: string) =>
    commandLine(
      'npc',
      `-server=${invites.bridgeAddress(host)}`,
      `-vkey=${vkey}`,
      '-type=tcp',
      `-fingerprint=${fingerprint}`,
    )
  const visitPlace = ({ clientId }: RelayTunnel, host: string) => ({
    server: invites.bridgeAddress(host),
    fingerprint,
    agent: agents.state(clientId),
  })
  const api = parts.adopt(
    createApiSurface({
      clients,
      tunnels,
      passes,
      webhook,
      watches,
      traffic,
      invites,
      configFile,
      logTail,
      log,
      status,
      statusChanged,
      consolePass: () => {
        const current = config()
        const { webBaseUrl: path, webTls } = current
        if (ownPorts.console === null)
          throw new RelayError(
            'not-possible-here',
            'The web console does not listen; see web_port in nps.conf.',
          )
        return {
          ...consolePasses.issue(),
          host: consoleHost(current),
          port: ownPorts.console,
          path,
          isTls: webTls !== null,
        }
      },
      machine: (signal) => watchMachine(signal),
      command: (vkey, host) => ({ command: agentCommand(vkey, host), vkey, fingerprint }),
      visitCommand: (tunnel, host) => visitCommand(tunnel, visitPlace(tunnel, host)),
      guestLine: (tunnel, secret, host) => visitLine(tunnel, secret, visitPlace(tunnel, host)).command,
      restart,
      seenKey,
    }),
    (part) => part.close(),
  )
  return { api, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
