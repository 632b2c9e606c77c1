import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { RelayError } from '../../../api/errors.ts'
import type { PortRanges } from '../../../net/address/port-ranges.ts'

/** What a tunnel's port is chosen from. */
export interface PortChoice {
  readonly allowed: PortRanges
  /** The address tunnels listen on; undefined: every address. */
  readonly host: string | undefined
  readonly transport: 'tcp' | 'udp'
  /** Ports of stored tunnels, stopped ones too, with the tunnels' names. */
  readonly taken: ReadonlyMap<number, string>
  /** The relay's own ports, on any address: on another address the tunnel could be mistaken for the console or the bridge. */
  readonly own?: ReadonlySet<number | null>
}

/** @throws RelayError `port-not-allowed`, or `port-taken` when another tunnel has it */
export function checkPortAllowed(port: number, { allowed, taken, own }: PortChoice): void {
  if (!allowed.has(port)) {
    throw new RelayError(
      'port-not-allowed',
      `Port ${port} is outside allow_ports=${allowed}. Choose one inside, or change nps.conf.`,
      { port, allowPorts: String(allowed) },
    )
  }
  if (own?.has(port)) {
    throw new RelayError('port-taken', `Port ${port} is one of nps itself. Choose another one.`, {
      port,
      holder: 'nps',
    })
  }
  const holder = taken.get(port)
  if (holder !== undefined) {
    throw new RelayError(
      'port-taken',
      `Port ${port} belongs to the tunnel "${holder}". Choose another one.`,
      {
        port,
        holder,
      },
    )
  }
}

/**
 * The first allowed port that no tunnel has, no other program listens on, and that is not among those just `lost` to one.
 * @throws RelayError `no-free-port`
 */
export async function findFreePort({
  allowed,
  host,
  transport,
  taken,
  own,
  lost = new Set(),
}: PortChoice & { lost?: ReadonlySet<number> }): Promise<number> {
  const isFree = transport === 'udp' ? canBind : canListen
  for (const port of allowed.candidates())
    if (!lost.has(port) && !taken.has(port) && !own?.has(port) && (await isFree(port, host))) return port
  const range = String(allowed) || '7000-9000'
  throw new RelayError(
    'no-free-port',
    `Every port of ${range} is taken. Widen allow_ports or remove a tunnel.`,
    {
      range,
    },
  )
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, ...(host !== undefined && { host }), exclusive: true }, () =>
      server.close(() => resolve(true)),
    )
  })
}

function canBind(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(host === undefined || host.includes(':') ? 'udp6' : 'udp4')
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind({ port, ...(host !== undefined && { address: host }), exclusive: true }, () =>
      socket.close(() => resolve(true)),
    )
  })
}
