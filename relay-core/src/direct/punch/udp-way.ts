import type { PacketWay } from '../packet-way.ts'
import { familyOf, type UdpEndpoint } from './udp-endpoint.ts'
import type { ProbeKeys } from './probe-keys.ts'
import { decodeProbe, encodeProbe } from './probe-packets.ts'
import type { PunchSocket } from './punch-socket.ts'

/** What an Ethernet carries (1,500 bytes), less the headers of IP and UDP. */
const maxPacket = { 4: 1_500 - 28, 6: 1_500 - 48 } as const

/** The way that a punch has opened: a socket, and the endpoint that the peer's packets come from. */
export interface UdpWay extends PacketWay {
  /** As the system writes it. */
  readonly peer: UdpEndpoint
}

/** Takes the socket over. Whatever comes from elsewhere is dropped. */
export function udpWay(socket: PunchSocket, peer: UdpEndpoint, keys: ProbeKeys): UdpWay {
  let receive: (packet: Uint8Array) => void = () => undefined
  socket.onDatagram = (datagram, from) => {
    if (from.port !== peer.port || from.address !== peer.address) return
    const probe = decodeProbe(datagram, keys)
    if (!probe) receive(datagram)
    // The visitor still waits: what it was answered was lost.
    else if (probe.type === 'choose') socket.send(encodeProbe({ ...probe, type: 'chosen' }, keys), peer)
  }
  return {
    peer,
    maxPacket: maxPacket[familyOf(peer)],
    send: (packet) => socket.send(packet, peer),
    onPacket: (given) => {
      receive = given
    },
    // A hole that has closed says nothing.
    onEnd: () => undefined,
    close: () => socket.close(),
  }
}
