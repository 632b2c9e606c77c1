import type { LogTail } from '../../log/log-tail.ts'
import type { Log } from '../../log/log.ts'
import type { ConsolePass, MachineUse, RelayStatus, SeenKey } from '../../api/relay-status-models.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import type { Signal } from '../../async/signals/signal.ts'
import type { ClientRegistry } from '../clients/client-registry.ts'
import type { ConfigFile } from '../settings/config-file.ts'
import type { Invites } from '../clients/invites.ts'
import type { GuestPasses } from '../guests/guest-passes.ts'
import type { VisitCommand } from '../tunnels/private/visit-command.ts'
import type { TrafficMeter } from '../traffic/traffic-meter.ts'
import type { TunnelRegistry } from '../tunnels/registry/tunnel-registry.ts'
import type { Watches } from '../watches/watches.ts'
import type { Webhook } from '../webhook/webhook.ts'

/** What is known of who calls. `address`: of the other end of its connection; undefined inside this process. */
export interface CallContext {
  readonly address?: string | undefined
}

/** What the calls work on: the running parts of one relay. */
export interface ApiParts {
  clients: ClientRegistry
  tunnels: TunnelRegistry
  passes: GuestPasses
  webhook: Webhook
  watches: Watches
  traffic: TrafficMeter
  invites: Invites
  /** Undefined where the relay runs without nps.conf, inside the desktop app. */
  configFile: ConfigFile | undefined
  logTail: LogTail
  log: Log
  status: () => RelayStatus
  statusChanged: Signal
  /** What the machine is doing, for as long as somebody asks. */
  machine: (signal: AbortSignal | undefined) => AsyncGenerator<MachineUse, void, void>
  /** A key for the UDP ports of direct links, good until the signal. @throws RelayError `not-possible-here`, `limit-reached` */
  seenKey: (signal: AbortSignal | undefined) => AsyncGenerator<SeenKey, void, void>
  /** @throws RelayError `not-possible-here` while the console does not listen */
  consolePass: () => ConsolePass
  /** The line that starts an agent for a client, with the server's name as the caller knows it. */
  command: (vkey: string, host: string) => { command: string; vkey: string; fingerprint: string }
  /** The line for the visitor of a private tunnel. */
  visitCommand: (tunnel: RelayTunnel, host: string) => VisitCommand
  /** The line for a guest, with the secret of the pass. */
  guestLine: (tunnel: RelayTunnel, secret: string, host: string) => string
  /** Ends the process for its service to start it again; undefined where no service would. */
  restart: (() => void) | undefined
}
