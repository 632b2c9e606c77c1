import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { sendDatagram } from '../../net/listen/datagram-socket.ts'
import { plainAddress } from '../../net/address/plain-address.ts'
import type { UdpEndpoint, Family } from './udp-endpoint.ts'

type OnDatagram = (datagram: Uint8Array, from: UdpEndpoint) => void

/** What a punch sends by; a test has a network of its own. */
export interface PunchSocket {
  readonly family: Family
  /** Its own, on this machine. */
  readonly port: number
  /** Who gets what arrives; the last one set. */
  onDatagram: OnDatagram
  /** Drops what cannot be sent. Never throws, and does nothing once closed. */
  send(datagram: Uint8Array, to: UdpEndpoint): void
  /** Sends a packet that dies after `hops` routers. IPv4 only. */
  sendShort(datagram: Uint8Array, to: UdpEndpoint, hops: number): void
  /** Idempotent. */
  close(): void
}

/** More than Linux takes, which cuts it down to what it allows. */
const receiveBytes = 1024 * 1024

/** What systems begin with. */
const usualHops = 64

/** A UDP socket on any free port of all addresses of one family; undefined where the machine has no such addresses, or no descriptor left. */
export async function openPunchSocket(family: Family): Promise<PunchSocket | undefined> {
  const socket = createSocket(family === 4 ? { type: 'udp4' } : { type: 'udp6', ipv6Only: true })
  try {
    socket.bind({ port: 0 })
    await once(socket, 'listening')
    // An unhandled error must not end the process; what is lost is sent again.
    socket.on('error', () => undefined)
    widen(socket)
    return punchSocket(socket, family)
  } catch {
    socket.close()
    return undefined
  }
}

/** Linux gives twice what it has by default when it is asked: a busy machine reads late, and what does not fit is lost. */
function widen(socket: Socket): void {
  try {
    socket.setRecvBufferSize(receiveBytes)
  } catch {
    // A system that refuses so much stays with its own.
  }
}

function punchSocket(socket: Socket, family: Family): PunchSocket {
  let isClosed = false
  const own: PunchSocket = {
    family,
    port: socket.address().port,
    onDatagram: () => undefined,
    send: (datagram, to) => {
      if (!isClosed) sendDatagram(socket, datagram, to)
    },
    sendShort: (datagram, { address, port }, hops) => {
      if (isClosed || family !== 4) return
      socket.setTTL(hops)
      socket.send(datagram, port, address, () => {
        if (!isClosed) socket.setTTL(usualHops)
      })
    },
    close: () => {
      if (isClosed) return
      isClosed = true
      // What was sent just before looks its address up first, and would be dropped.
      setImmediate(() => socket.close())
    },
  }
  socket.on('message', (datagram, { address, port }) => {
    // The zone of a link-local sender; it is none that may be answered.
    if (!isClosed) own.onDatagram(datagram, { address: plainAddress(address), port })
  })
  return own
}
