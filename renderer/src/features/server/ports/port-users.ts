import { modeOfKind } from '@nps-desktop/electron/contract'
import type { OtherTunnel, PortReport, Server, Stop, Tunnel } from '@nps-desktop/electron/contract'
import { tunnelModes } from '@nps-desktop/relay-core/api'
import type { RelayStatus } from '@nps-desktop/relay-core/api'
import { portSpan } from '../../../ports/port-span.ts'

/** What a port of a server is for. */
export type PortUse =
  | { readonly kind: 'tunnel'; readonly id: string; readonly name: string; readonly labId: string }
  | { readonly kind: 'bridge' | 'console' | 'hosts' | 'rendezvous' }
  | { readonly kind: 'ssh' | 'program'; readonly program: string }

/** How a port answered this laptop; `used`: another program has it, and nobody tried. `shut`: a tunnel's, for whatever reason. */
export type PortVerdict = PortReport['bridge']['state'] | 'shut'

export interface PortUser {
  /** `7001`, `8024–8025 UDP` */
  readonly port: string
  readonly use: PortUse
  readonly verdict: PortVerdict
  readonly ms: number | null
}

/** Every port of a server that somebody uses: tunnels, what nps has for itself, and programs of others. Pure. */
export function portUsers({
  server,
  report,
  status,
  tunnels,
  otherTunnels,
}: {
  server: Server
  report: PortReport | null
  status: RelayStatus | null
  /** Of this server. */
  tunnels: readonly Tunnel[]
  otherTunnels: readonly OtherTunnel[]
}): PortUser[] {
  const own = tunnels.flatMap(({ id, name, labId, kind, reach, port, stops }) => {
    const { port: transport } = tunnelModes[modeOfKind(kind, reach)]
    if (transport === null) return []
    const isUdp = transport === 'udp'
    const use = { kind: 'tunnel', id, name, labId } as const
    return [{ port, isUdp, use, ...verdictOf(stops, isUdp ? 'untried' : lastSeen(port, report)) }]
  })
  const elsewhere = otherTunnels.flatMap(({ id, name, labId, mode, port }) => {
    if (port === null) return []
    const isUdp = tunnelModes[mode].port === 'udp'
    const use = { kind: 'tunnel', id, name, labId } as const
    return [{ port, isUdp, use, verdict: isUdp ? ('untried' as const) : lastSeen(port, report), ms: null }]
  })
  const shown = [...own, ...elsewhere].toSorted((a, b) => a.port - b.port)
  const bridge =
    report?.bridge ?? (server.relay && { port: server.relay.bridgePort, state: 'open' as const, ms: null })
  const udp = report?.rendezvous
  const others = report?.others ?? []
  return [
    ...shown.map(({ isUdp, port, ...rest }) => ({ ...rest, port: isUdp ? `${port} UDP` : String(port) })),
    ...(bridge
      ? [
          {
            port: String(bridge.port),
            use: { kind: 'bridge' } as const,
            verdict: bridge.state,
            ms: bridge.ms,
          },
        ]
      : []),
    ...(udp
      ? [
          {
            port: `${portSpan(udp.ports)} UDP`,
            use: { kind: 'rendezvous' } as const,
            verdict: udp.state,
            ms: udp.ms,
          },
        ]
      : []),
    ...others.map(({ port, program, state, ms }) => ({
      port: String(port),
      use: useOf(port, program, server, status),
      verdict: state,
      ms,
    })),
    ...(report?.used ?? []).map(({ port, program }) => ({
      port: String(port),
      use: { kind: 'program', program } as const,
      verdict: 'used' as const,
      ms: null,
    })),
  ]
}

function useOf(port: number, program: string, server: Server, status: RelayStatus | null): PortUse {
  if (port === status?.webPort) return { kind: 'console' }
  if (port === status?.httpPort || port === status?.httpsPort) return { kind: 'hosts' }
  return { kind: port === server.address?.port ? 'ssh' : 'program', program }
}

/** Of one port of the range, by the last check of all: its cell is known to be open, or nothing is. */
function lastSeen(port: number, report: PortReport | null): 'open' | 'untried' {
  const cell = report?.cells.find(({ from, to }) => port >= from && port <= to)
  return cell && cell.open === cell.to - cell.from + 1 ? 'open' : 'untried'
}

/** Of a tunnel: its third stop, which this laptop tries as a visitor does; while nothing is known of that, what was `seen` last. */
function verdictOf(stops: readonly Stop[], seen: 'open' | 'untried'): Pick<PortUser, 'verdict' | 'ms'> {
  const stop = stops.find(({ name }) => name === 'port')
  if (stop?.state === 'ok') return { verdict: 'open', ms: stop.ms }
  return { verdict: stop?.state === 'failed' ? 'shut' : seen, ms: null }
}
