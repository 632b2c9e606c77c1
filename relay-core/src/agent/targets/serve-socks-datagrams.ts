import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { decodeSocksDatagram, encodeSocksDatagram } from '../../net/stream/socks-datagram.ts'
import { resolveHost } from '../../net/dial/resolve-host.ts'
import type { DialPolicy } from '../../session/dial-policy.ts'
import { endTogether } from './serve-datagrams.ts'

/** Limit of names being looked up for one stream; datagrams to further names are dropped meanwhile. */
const maxLookups = 32

/**
 * Each packet of the stream (RFC 1928 §7) names its own target; answers carry where they came from. A packet that is
 * none, and one whose target is unknown or not allowed, is lost and nothing else happens.
 */
export function serveSocksDatagrams(stream: Duplex, { policy }: { policy: DialPolicy | undefined }): void {
  const sockets = new Map<'udp4' | 'udp6', Socket>()
  let lookups = 0
  const closed = new AbortController()
  stream.once('close', () => closed.abort(new Error('the stream has ended')))

  const socketFor = (type: 'udp4' | 'udp6') => {
    const existing = sockets.get(type)
    if (existing) return existing
    const socket = createSocket(type)
    sockets.set(type, socket)
    const alive = endTogether(stream, socket)
    stream.on('data', alive)
    socket.on('message', (data, from) => {
      alive()
      stream.write(encodeSocksDatagram({ host: from.address, port: from.port, data }))
    })
    return socket
  }

  const addressesOf = async (host: string): Promise<readonly string[]> => {
    if (isIP(host) !== 0) return [host]
    if (lookups >= maxLookups) return []
    lookups += 1
    try {
      return await resolveHost(host, { signal: closed.signal })
    } catch {
      // An unknown name costs this datagram only.
      return []
    } finally {
      lookups -= 1
    }
  }

  const send = async (packet: Buffer) => {
    const datagram = decodeSocksDatagram(packet)
    if (!datagram) return
    const { host, port, data } = datagram
    if (port === 0) return
    const addresses = await addressesOf(host)
    const address = addresses.find((one) => policy?.({ host, port }, one) !== false)
    if (address === undefined || stream.destroyed) return
    socketFor(isIP(address) === 6 ? 'udp6' : 'udp4').send(data, port, address, () => undefined)
  }

  stream.on('error', () => undefined)
  stream.on('end', () => stream.end())
  stream.on('data', (packet: Buffer) => void send(packet))
}
