import { untilEvent } from '@nps-desktop/relay-core/async'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isServiceKind, knownServices } from '@nps-desktop/electron/contract'
import type { Failure, ServiceKind, TunnelKind } from '@nps-desktop/electron/contract'
import { RelayError } from '@nps-desktop/relay-core/api'
import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import { type Entrance, plainEntrance } from '../storage/entrance.ts'
import { askService, isWeb, sealed } from './ask-service.ts'
import type { ServiceAnswer } from './service-answer.ts'
import { addressOf } from '../known-tunnels/tunnel-kind.ts'

const connectTimeoutMs = 5_000

/** What is asked for at the service's end. */
interface Asked {
  readonly kind: TunnelKind
  readonly entrance?: Entrance
}

/** What a visitor from this laptop met. */
export interface ServiceVisit {
  readonly port:
    | { readonly state: 'accepted'; readonly ms: number }
    | { readonly state: 'refused' | 'silent' | 'unreachable'; readonly why: string }
    /** It cannot be: over UDP nothing answers a visitor by itself. */
    | { readonly state: 'unasked' }
    /** By the private tunnel, where each end says why. */
    | { readonly state: 'failed'; readonly failure: Failure }
  /**
   * Null when the port was not reached, and for a kind whose first bytes are not known. `local-only`: it is the right one,
   * and refuses whoever comes by this address.
   */
  readonly service:
    | ((ServiceAnswer | { readonly state: 'local-only'; readonly seen: string }) & {
        readonly ms: number
        readonly secure?: boolean
      })
    | null
}

/** Goes the whole way as any visitor does: connects to the public port, and asks the service who it is. */
export async function visit(
  { host, port, ...service }: { readonly host: string; readonly port: number } & Asked,
  { signal }: { signal: AbortSignal },
): Promise<ServiceVisit> {
  const startedMs = performance.now()
  const socket = connect({ host, port })
  try {
    const failed = await connected(socket, signal)
    if (failed) return { port: failed, service: null }
    const seen = { state: 'accepted', ms: performance.now() - startedMs } as const
    const again = (): Promise<Duplex | null> => openPort({ host, port }, { signal })
    const found = await serviceOf(socket, service, { again, startedMs, signal })
    const { kind } = service
    const mindsHost = isServiceKind(kind) && knownServices[kind].anyHostOption !== null
    if (!mindsHost || found?.state !== 'right') return { port: seen, service: found }
    const isLocalOnly = await refusesHost(again, {
      ...service,
      kind,
      host,
      port,
      secure: found.secure === true,
      signal,
    })
    return { port: seen, service: isLocalOnly ? { ...found, state: 'local-only' } : found }
  } finally {
    socket.destroy()
  }
}

/** The same over a connection that this laptop opens itself: `open` rejects with a failure that says how far it got. */
export async function visitPrivately(
  open: (options: { signal: AbortSignal }) => Promise<Duplex>,
  service: Asked,
  { signal }: { signal: AbortSignal },
): Promise<ServiceVisit> {
  const startedMs = performance.now()
  let stream: Duplex
  try {
    stream = await open({ signal })
  } catch (error) {
    if (!isFailure(error)) throw error
    return { port: { state: 'failed', failure: failureOfError(error) }, service: null }
  }
  // an error is always followed by 'close', which ends the wait for an answer
  stream.on('error', () => undefined)
  try {
    const port = { state: 'accepted', ms: performance.now() - startedMs } as const
    const again = async (): Promise<Duplex | null> => {
      try {
        return await open({ signal })
      } catch (error) {
        if (signal.aborted || !isFailure(error)) throw error
        // The first answer stands.
        return null
      }
    }
    return { port, service: await serviceOf(stream, service, { again, startedMs, signal }) }
  } finally {
    stream.destroy()
  }
}

function isFailure(error: unknown): error is RelayError | AppError {
  return error instanceof RelayError || error instanceof AppError
}

/**
 * A service that answers a local Host header may answer 403 to its address on the server, as Jupyter does (`allow_remote_access`):
 * then whoever opens that address sees an error. This takes a second connection, since the first is closed after one answer.
 */
async function refusesHost(
  again: () => Promise<Duplex | null>,
  {
    host,
    port,
    kind,
    secure,
    entrance = plainEntrance,
    signal,
  }: Asked & { kind: ServiceKind; host: string; port: number; secure: boolean; signal: AbortSignal },
): Promise<boolean> {
  const stream = await again()
  if (!stream) return false
  stream.on('error', () => undefined)
  try {
    const as = addressOf('tcp', { host, port, user: null })
    const answer = await askService(secure ? sealed(stream) : stream, {
      kind,
      path: entrance.path,
      as,
      signal,
    })
    return answer.state === 'wrong' && answer.isForbidden === true
  } finally {
    stream.destroy()
  }
}

async function serviceOf(
  stream: Duplex,
  { kind, entrance = plainEntrance }: Asked,
  {
    again,
    startedMs,
    signal,
  }: { again: () => Promise<Duplex | null>; startedMs: number; signal: AbortSignal },
): Promise<ServiceVisit['service']> {
  if (!isServiceKind(kind)) return null
  const { path } = entrance
  const asked = (one: Duplex, secure: boolean): Promise<ServiceAnswer> =>
    one.destroyed
      ? Promise.resolve({ state: 'silent' })
      : askService(secure ? sealed(one) : one, { kind, path, signal })
  const answer = await asked(stream, entrance.secure)
  const took = (): number => performance.now() - startedMs
  if (answer.state === 'right' || !isWeb(knownServices[kind].proof))
    return { ...answer, secure: entrance.secure, ms: took() }
  // A service that has gained or lost its certificate since answers the other kind of request with nothing or with nonsense.
  const second = await again()
  if (!second) return { ...answer, secure: entrance.secure, ms: took() }
  second.on('error', () => undefined)
  try {
    const other = await asked(second, !entrance.secure)
    const best = other.state === 'right' ? other : answer
    return { ...best, secure: best === other ? !entrance.secure : entrance.secure, ms: took() }
  } finally {
    second.destroy()
  }
}

/** A connection as a visitor's; null where the port does not take one. */
export async function openPort(
  place: { readonly host: string; readonly port: number },
  { signal }: { signal: AbortSignal },
): Promise<Duplex | null> {
  const socket = connect(place)
  try {
    if ((await connected(socket, signal)) === null) return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
  socket.destroy()
  return null
}

/** Null once it is connected. */
async function connected(
  socket: Socket,
  signal: AbortSignal,
): Promise<Extract<ServiceVisit['port'], { why: string }> | null> {
  type Failed = Awaited<ReturnType<typeof connected>>
  // one that comes later ends the wait for an answer by 'close'
  socket.on('error', () => undefined)
  const late = new Error(`no answer within ${connectTimeoutMs / 1000} s`)
  try {
    return await untilEvent<Failed>(
      socket,
      {
        connect: () => null,
        error: (error: NodeJS.ErrnoException) => {
          // a reset can only follow an accepted connection: the relay does so when it cannot reach the lab box
          if (error.code === 'ECONNRESET') return null
          if (error.code === 'ECONNREFUSED') return { state: 'refused', why: 'the connection was refused' }
          return { state: error.code === 'ETIMEDOUT' ? 'silent' : 'unreachable', why: error.message }
        },
      },
      { signal, timeoutMs: connectTimeoutMs, onTimeout: () => late },
    )
  } catch (error) {
    if (error !== late) throw error
    return { state: 'silent', why: late.message }
  }
}
