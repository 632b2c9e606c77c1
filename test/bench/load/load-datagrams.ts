/** One end of datagrams, as a process of its own: to see what a line does with each packet. Driven by ../load-process.ts. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { serveCommands } from './serve-commands.ts'

interface Peer {
  readonly host: string
  readonly port: number
}

/** What a packet is, by its first byte. A mark and its echo have the mark's number in the next one. */
const kinds = { counted: 0, mark: 1, echo: 2 } as const

/** After this a mark is sent again, since a line may have dropped it. */
const markIntervalMs = 10

const socket = createSocket('udp4')
const arrivals: number[] = []
let lastMark = 0

/** Milliseconds of a clock that all processes of this machine share. */
const now = () => Number(process.hrtime.bigint()) / 1e6

socket.on('message', (packet, { port, address }) => {
  const [kind, number = 0] = packet
  if (kind === kinds.counted) arrivals.push(now())
  else if (kind === kinds.mark) socket.send(Buffer.of(kinds.echo, number), port, address)
  else socket.emit('echo', number)
})

function send(packet: Buffer, { host, port }: Peer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(packet, port, host, (error) => (error ? reject(error) : resolve()))
  })
}

/** A mark that no earlier one is taken for, and when it has come back. */
function newMark(): { mark: Buffer; echoed: Promise<void> } {
  lastMark = (lastMark + 1) % 256
  const number = lastMark
  const echoed = new Promise<void>((resolve) => {
    socket.on('echo', function onEcho(of: number) {
      if (of !== number) return
      socket.off('echo', onEcho)
      resolve()
    })
  })
  return { mark: Buffer.of(kinds.mark, number), echoed }
}

/** Milliseconds until a mark has come back. */
async function roundTrip(peer: Peer): Promise<number> {
  const { mark, echoed } = newMark()
  const startedAt = now()
  await send(mark, peer)
  await echoed
  return now() - startedAt
}

const commands = {
  /** Answers where: the address is that of the emulator's device. */
  listen: async (): Promise<Peer> => {
    const [own] = networkInterfaces()['wan'] ?? []
    if (!own) throw new Error('this is no host of a wide area network')
    socket.bind(0, own.address)
    await once(socket, 'listening')
    return { host: own.address, port: socket.address().port }
  },
  roundTrips: async ({ count, ...peer }: Peer & { count: number }) => {
    const times: number[] = []
    while (times.length < count) times.push(await roundTrip(peer))
    return times
  },
  /** As fast as they leave; answers when the first one did. */
  burst: async ({ count, bytes, ...peer }: Peer & { count: number; bytes: number }) => {
    const startedAt = now()
    await Promise.all(Array.from({ length: count }, () => send(Buffer.alloc(bytes), peer)))
    return startedAt
  },
  /** Answers when a mark has come back: whatever was sent before it has arrived, or never will. */
  settle: async (peer: Peer) => {
    const { mark, echoed } = newMark()
    const again = setInterval(() => socket.send(mark, peer.port, peer.host), markIntervalMs)
    await echoed
    clearInterval(again)
  },
  /** When each counted packet has arrived since this was asked last. */
  arrivals: () => arrivals.splice(0),
}

export type DatagramCommands = typeof commands

serveCommands(commands)
