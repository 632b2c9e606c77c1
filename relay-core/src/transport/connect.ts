import { connect as connectSocket, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { HostPort } from './host-port.ts'
import { connectThroughProxy, type ProxyAddress } from './proxy.ts'
import { secureAsClient, secureConnect } from './secure-stream.ts'

export interface ConnectOptions {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  /** Stands between; without it the way is direct. */
  readonly proxy?: ProxyAddress | undefined
  readonly signal: AbortSignal
}

/**
 * How long a silent connection rests before the kernel probes it. Well under the shortest idle time after which home
 * and campus routers forget a connection (RFC 5382 asks for two hours, one to five minutes is common).
 */
export const keepAliveDelayMs = 20_000

/** Both directions end by themselves; small writes go at once; a dead peer is noticed by the kernel. */
const socketOptions = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: keepAliveDelayMs,
}

/**
 * Rejects with the system's error (`code` ECONNREFUSED, ENOTFOUND, …), ETIMEDOUT after `timeoutMs`, the signal's reason,
 * or an error that names the proxy.
 */
export function connectTcp({ host, port, proxy, ...wait }: ConnectOptions): Promise<Socket> {
  wait.signal.throwIfAborted()
  if (proxy) return throughProxy(proxy, { host, port }, wait)
  return whenReady(connectSocket({ host, port, ...socketOptions }), 'connect', wait)
}

/** What lets later connections to the same relay skip the costly part of the handshake. */
export interface TlsTickets {
  latest?: Buffer
}

/** One for all connections: making one is slow. */
let clientContext: SecureContext | undefined

/**
 * TLS 1.3, and no check of the peer but by the caller: a relay has no name that a public authority could vouch for,
 * so the caller compares `peerFingerprint` before it sends anything.
 */
export async function connectTls({
  host,
  port,
  tickets,
  proxy,
  ...wait
}: ConnectOptions & { tickets: TlsTickets }): Promise<TLSSocket> {
  wait.signal.throwIfAborted()
  clientContext ??= createSecureContext({ minVersion: 'TLSv1.3' })
  const carrier = proxy && (await throughProxy(proxy, { host, port }, wait))
  const options = {
    host,
    port,
    ...socketOptions,
    secureContext: clientContext,
    rejectUnauthorized: false,
    ...(tickets.latest && { session: tickets.latest }),
  }
  const socket = carrier ? secureAsClient(carrier, options) : secureConnect(options)
  socket.on('session', (session) => {
    tickets.latest = session
  })
  return whenReady(socket, 'secureConnect', wait)
}

async function throughProxy(
  proxy: ProxyAddress,
  target: HostPort,
  { timeoutMs, signal }: Pick<ConnectOptions, 'timeoutMs' | 'signal'>,
): Promise<Socket> {
  const late = Object.assign(new Error(`no answer through the proxy within ${timeoutMs} ms`), {
    code: 'ETIMEDOUT',
  })
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(late), timeoutMs)
  const both = AbortSignal.any([signal, deadline.signal])
  return connectThroughProxy(proxy, target, { ...socketOptions, signal: both }).finally(() =>
    clearTimeout(timer),
  )
}

function whenReady<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  { timeoutMs, signal }: Pick<ConnectOptions, 'timeoutMs' | 'signal'>,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      fail(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }))
    }, timeoutMs)
    const onAbort = () => fail(signal.reason as Error)
    const onClose = () => fail(Object.assign(new Error('closed by the other side'), { code: 'ECONNRESET' }))
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.off('close', onClose).off(event, succeed)
    }
    const succeed = () => {
      settle()
      socket.off('error', fail)
      resolve(socket)
    }
    const fail = (error: Error) => {
      settle()
      // A destroyed socket may still emit an error, which nobody else hears: `fail` stays and rejects nothing twice.
      socket.destroy()
      reject(error)
    }
    signal.addEventListener('abort', onAbort)
    socket.once(event, succeed).once('close', onClose).on('error', fail)
  })
}
