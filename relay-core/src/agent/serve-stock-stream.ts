import type { Socket } from 'node:net'
import type { DialPolicy } from '../session/dial-policy.ts'
import { joinDatagrams, openDatagramSocket } from './targets/serve-datagrams.ts'
import { serveSocksDatagrams } from './targets/serve-socks-datagrams.ts'
import type { Log } from '../log/log.ts'
import type { Target } from '../session/agent-session.ts'
import { DatagramStream, unframed } from '../net/stream/datagram-stream.ts'
import { splice } from '../net/stream/splice.ts'
import { parseLinkHost } from '../stock/messages/link-host.ts'
import { decodeLinkInfo, type LinkInfo } from '../stock/messages/link-info.ts'
import type { MuxStream } from '../stock/mux/mux-stream.ts'
import { layerAsAgent } from '../stock/payload-layers.ts'
import { readPrefixed } from '../stock/messages/read-prefixed.ts'
import { socksDatagramsAsAgent } from '../stock/stock-socks-datagrams.ts'

interface ServeStreamOptions {
  /** Dials over TCP; rejects with a `target-…` error. */
  readonly dial: (target: Target, options: { signal: AbortSignal }) => Promise<Socket>
  readonly policy: DialPolicy | undefined
  readonly log: Log
}

/** How long a relay may take to say what its new stream is for. */
const requestTimeoutMs = 10_000
const handshakeTimeoutMs = 10_000
/** How long a target may still hold its connection after it was told that the visitor has gone. */
const targetGraceMs = 10_000

/** Agent's side of one stream: reads what the relay asks for and does it. Never rejects. */
export async function serveStockStream(stream: MuxStream, options: ServeStreamOptions): Promise<void> {
  const gone = new AbortController()
  // An error is always followed by `close`.
  stream.on('error', () => undefined)
  stream.once('close', () => gone.abort(new Error('the visitor has left')))
  try {
    const link = await readLink(stream, gone.signal)
    if (link.type === 'udp') await serveUdp(stream, link, options, gone.signal)
    else if (link.type === 'udp5') serveSocksDatagrams(socksDatagramsAsAgent(stream), options)
    else await serveTcp(stream, link, options, gone.signal)
  } catch (error) {
    if (!gone.signal.aborted) options.log.warn('a stream could not be served', { reason: error })
    // This is the only way a stock relay learns of a failed dial.
    stream.destroy()
  }
}

async function readLink(stream: MuxStream, gone: AbortSignal): Promise<LinkInfo> {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(requestTimeoutMs)])
  const link = decodeLinkInfo(await readPrefixed(stream, { signal }))
  if (link.type === 'udp' || link.type === 'udp5') stream.dropWhenFull()
  else stream.joinMessages()
  return link
}

async function serveTcp(
  stream: MuxStream,
  link: LinkInfo,
  { dial }: ServeStreamOptions,
  gone: AbortSignal,
): Promise<void> {
  const limits = link.dialTimeoutMs > 0 ? [gone, AbortSignal.timeout(link.dialTimeoutMs)] : [gone]
  const target = await dial(parseLinkHost(link.host), { signal: AbortSignal.any(limits) })
  try {
    const signal = AbortSignal.any([gone, AbortSignal.timeout(handshakeTimeoutMs)])
    const layered = await layerAsAgent(stream, link, { signal })
    layered.once('end', () => {
      const grace = setTimeout(() => target.destroy(), targetGraceMs)
      target.once('close', () => clearTimeout(grace))
    })
    await splice(target, layered)
  } finally {
    target.destroy()
  }
}

async function serveUdp(
  stream: MuxStream,
  link: LinkInfo,
  { policy }: ServeStreamOptions,
  gone: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(handshakeTimeoutMs)])
  const layered = await layerAsAgent(stream, link, { signal })
  const socket = await openDatagramSocket(parseLinkHost(link.host), { policy, signal: gone })
  joinDatagrams(new DatagramStream(layered, unframed), socket)
}
