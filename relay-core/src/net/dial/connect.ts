import { connect as connectSocket, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { untilEvent } from '../../async/wait/until-event.ts'
import { withDeadline } from '../../async/wait/with-deadline.ts'
import { dial } from './dial.ts'
import { formatHostPort, type HostPort } from '../address/host-port.ts'
import { keepAlive } from '../stream/keep-alive.ts'
import { passProxy, type ProxyAddress } from './proxy.ts'
import { resolveHost } from './resolve-host.ts'
import { secureAsClient, secureConnect } from '../tls/secure-stream.ts'

export interface ConnectOptions {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  /** Without it the connection is direct. */
  readonly proxy?: ProxyAddress | undefined
  /** Whether to start another attempt each second while nothing answers: for a relay, whose network may just have come back. */
  readonly renew?: boolean
  /** Why an address of the host must not be dialled; if none may be, the connection fails with this. Not asked for a proxy. */
  readonly refuse?: (address: string) => Error | undefined
  readonly signal: AbortSignal
}

/** Both directions end independently; small writes are sent at once. */
const socketOptions = { allowHalfOpen: true, noDelay: true }

/**
 * Rejects with the system's error (`code` ECONNREFUSED, ENOTFOUND, …), ETIMEDOUT after `timeoutMs`, the signal's reason,
 * or an error that names the proxy.
 */
export async function connectTcp({
  host,
  port,
  proxy,
  renew = false,
  refuse,
  ...wait
}: ConnectOptions): Promise<Socket> {
  return inTime(wait, async (signal) => {
    if (proxy) return throughProxy(proxy, { host, port }, { renew, signal })
    return kept(
      await dialHost({ host, renew, refuse, signal }, (address) =>
        connectSocket({ host: address, port, ...socketOptions }),
      ),
    )
  })
}

/** What lets later connections to the same relay skip the costly part of the handshake. */
export interface TlsTickets {
  latest?: { readonly session: Buffer; readonly atMs: number }
}

/** One each for all connections: making one is slow. */
let fullContext: SecureContext | undefined
let resumingContext: SecureContext | undefined

/** A server on Node takes a ticket for 300 s, one on Bun for two hours (the defaults of their TLS libraries). */
const freshTicketMs = 240_000

/**
 * TLS 1.3, with no check of the peer except the caller's: a relay has no name that a public authority could vouch for,
 * so the caller compares `peerFingerprint` before it sends anything.
 *
 * With a fresh ticket the handshake leaves out ML-KEM, which is two thirds of its bytes: on a slow line a crowd of visitors waits for
 * nothing else. The keys still depend on the secret of the first connection, which had it (RFC 8446 §7.1, docs/adr/0042-small-handshakes.md).
 */
export async function connectTls({ tickets, ...options }: TlsConnectOptions): Promise<TLSSocket> {
  const { latest } = tickets
  const isFresh = latest !== undefined && performance.now() - latest.atMs < freshTicketMs
  if (isFresh) {
    resumingContext ??= createSecureContext({ minVersion: 'TLSv1.3', ecdhCurve: 'X25519' })
    const socket = await connectWith(resumingContext, { tickets, ...options })
    if (socket.isSessionReused()) return socket
    // The relay has started again: what is new needs the whole handshake.
    socket.destroy()
    delete tickets.latest
  }
  fullContext ??= createSecureContext({ minVersion: 'TLSv1.3' })
  return connectWith(fullContext, { tickets, ...options })
}

type TlsConnectOptions = ConnectOptions & { tickets: TlsTickets }

async function connectWith(
  secureContext: SecureContext,
  { host, port, tickets, proxy, renew = false, ...wait }: TlsConnectOptions,
): Promise<TLSSocket> {
  const options = {
    port,
    ...socketOptions,
    secureContext,
    rejectUnauthorized: false,
    ...(tickets.latest && { session: tickets.latest.session }),
  }
  const remembering = (socket: TLSSocket) =>
    socket.on('session', (session) => {
      tickets.latest = { session, atMs: performance.now() }
    })
  return inTime(wait, async (signal) => {
    if (proxy) {
      const carrier = await throughProxy(proxy, { host, port }, { renew, signal })
      return secured(remembering(secureAsClient(carrier, { ...options, host })), signal)
    }
    const socket = await dialHost({ host, renew, signal }, (address) =>
      remembering(secureConnect({ ...options, host: address })),
    )
    return secured(kept(socket), signal)
  })
}

interface Way {
  readonly host: string
  readonly renew: boolean
  readonly refuse?: ConnectOptions['refuse'] | undefined
  readonly signal: AbortSignal
}

async function dialHost<S extends Socket>(
  { host, renew, refuse, signal }: Way,
  open: (address: string) => S,
): Promise<S> {
  const found = await resolveHost(host, { signal })
  const addresses = found.filter((address) => refuse?.(address) === undefined)
  const [first] = found
  const refusal = addresses.length === 0 && first !== undefined ? refuse?.(first) : undefined
  if (refusal) throw refusal
  return dial({ addresses, open, renew, signal })
}

async function throughProxy(
  proxy: ProxyAddress,
  target: HostPort,
  { renew, signal }: Omit<Way, 'host'>,
): Promise<Socket> {
  const { host, port } = proxy
  const socket = await dialHost({ host, renew, signal }, (address) =>
    connectSocket({ host: address, port, ...socketOptions }),
  ).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new Error(`the proxy ${formatHostPort(proxy)}: ${(error as Error).message}`, { cause: error })
  })
  return passProxy(kept(socket), proxy, target, { signal })
}

function kept<S extends Socket>(socket: S): S {
  keepAlive(socket)
  return socket
}

/** Limits the whole of `work`: ETIMEDOUT after `timeoutMs`. */
function inTime<T>(
  { timeoutMs, signal }: Pick<ConnectOptions, 'timeoutMs' | 'signal'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const onTimeout = () => Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })
  return withDeadline({ signal, timeoutMs, onTimeout }, work)
}

/** Fulfils with a socket whose TLS handshake is done. */
async function secured(socket: TLSSocket, signal: AbortSignal): Promise<TLSSocket> {
  // A destroyed socket may still emit an error, which nobody else hears.
  const ignore = () => undefined
  socket.on('error', ignore)
  try {
    await untilEvent(socket, handshake, { signal })
    socket.off('error', ignore)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

const handshake = {
  secureConnect: () => undefined,
  close: () => {
    throw Object.assign(new Error('closed by the other side'), { code: 'ECONNRESET' })
  },
}
