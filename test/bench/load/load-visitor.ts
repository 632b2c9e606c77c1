/**
 * Visitors, as a process of their own: copies, short connections, a byte's round trips, connections that stay.
 * Driven by the bench (../load-process.ts).
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fill, Flow } from './flow.ts'
import { pageRequest } from './page-request.ts'
import { serveCommands } from './serve-commands.ts'

interface Address {
  readonly host: string
  readonly port: number
}

const pulled = new Flow()
const readBuffer = Buffer.alloc(256 * 1024)
const copies = new Set<Socket>()
const held = new Set<Socket>()

async function visit({ host, port }: Address): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  return socket
}

/** Sends a byte and waits for it to come back; rejects when the connection ends instead. */
function byteBack(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('the connection ended before the byte came back'))
    socket.once('close', onClose)
    socket.once('data', () => {
      socket.off('close', onClose)
      resolve()
    })
    // No letter: a local port of a private tunnel waits for the whole line of what may be a request.
    socket.write('\0')
  })
}

/** Milliseconds from `connect` until the first byte has come back. */
async function timeToFirstByte(address: Address): Promise<number> {
  const startedAt = performance.now()
  const socket = await visit(address)
  socket.on('error', () => socket.destroy())
  await byteBack(socket)
  const time = performance.now() - startedAt
  socket.destroy()
  return time
}

/** One object over a connection that is kept. */
function fetchObject(socket: Socket, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = bytes
    const onClose = () => reject(new Error('the connection ended within an object'))
    const onData = (chunk: Buffer) => {
      left -= chunk.length
      if (left > 0) return
      socket.off('data', onData)
      socket.off('close', onClose)
      resolve()
    }
    socket.once('close', onClose)
    socket.on('data', onData)
    socket.write(pageRequest(bytes))
  })
}

async function visitAndGo(address: Address): Promise<void> {
  const socket = await visit(address)
  socket.on('error', () => socket.destroy())
  await byteBack(socket)
  socket.end()
  if (!socket.closed) await once(socket, 'close')
}

/** Until `isOver`, each worker one visit after another; answers how many there were. */
async function visits(
  address: Address,
  workers: number,
  isOver: (count: number) => boolean,
): Promise<number> {
  let begun = 0
  const worker = async () => {
    while (!isOver(begun)) {
      begun += 1
      await visitAndGo(address)
    }
  }
  await Promise.all(Array.from({ length: workers }, worker))
  return begun
}

const commands = {
  pull: ({ host, port, streams }: Address & { streams: number }) => {
    for (let count = 0; count < streams; count += 1) {
      const socket = connect({
        host,
        port,
        noDelay: true,
        onread: {
          buffer: readBuffer,
          callback: (bytes) => {
            pulled.add(bytes)
            return true
          },
        },
      })
      keep(copies, socket)
    }
  },
  push: ({ host, port, streams }: Address & { streams: number }) => {
    for (let count = 0; count < streams; count += 1) {
      const socket = connect({ host, port, noDelay: true })
      keep(copies, socket)
      socket.once('connect', () => fill(socket))
    }
  },
  measure: ({ ms }: { ms: number }) => pulled.measure(ms),
  stop: () => destroyAll(copies),

  connections: async ({ workers, ms, ...address }: Address & { workers: number; ms: number }) => {
    const startedAt = performance.now()
    const count = await visits(address, workers, () => performance.now() - startedAt > ms)
    return { count, seconds: (performance.now() - startedAt) / 1000 }
  },
  churn: async ({ workers, total, ...address }: Address & { workers: number; total: number }) => {
    await visits(address, workers, (count) => count >= total)
  },
  /** Milliseconds of each round trip, one after the other, `pauseMs` apart: as keys and ticks of a page are. */
  roundTrips: async ({ ms, pauseMs = 0, ...address }: Address & { ms: number; pauseMs?: number }) => {
    const socket = await visit(address)
    socket.on('error', () => socket.destroy())
    // The first byte waits for the stream to be opened.
    await byteBack(socket)
    const times: number[] = []
    const startedAt = performance.now()
    while (performance.now() - startedAt < ms) {
      const sentAt = performance.now()
      await byteBack(socket)
      times.push(performance.now() - sentAt)
      if (pauseMs > 0) await delay(pauseMs)
    }
    socket.destroy()
    return times
  },
  firstBytes: async ({ count, atOnce, ...address }: Address & { count: number; atOnce: boolean }) => {
    if (atOnce) return Promise.all(Array.from({ length: count }, () => timeToFirstByte(address)))
    const times: number[] = []
    while (times.length < count) times.push(await timeToFirstByte(address))
    return times
  },
  /** Milliseconds until a page and its objects are there: the page by one connection, its objects by that one and others. */
  page: async ({
    objects,
    bytes,
    connections,
    ...address
  }: Address & { objects: number; bytes: number; connections: number }) => {
    const startedAt = performance.now()
    const first = await visit(address)
    const opened = [first]
    first.on('error', () => first.destroy())
    await fetchObject(first, bytes)
    let left = objects
    const fetchAll = async (socket: Socket) => {
      while (left > 0) {
        left -= 1
        await fetchObject(socket, bytes)
      }
    }
    const openAndFetch = async () => {
      const socket = await visit(address)
      socket.on('error', () => socket.destroy())
      opened.push(socket)
      await fetchAll(socket)
    }
    await Promise.all([fetchAll(first), ...Array.from({ length: connections - 1 }, openAndFetch)])
    const time = performance.now() - startedAt
    for (const socket of opened) socket.destroy()
    return time
  },
  hold: async ({ count, ...address }: Address & { count: number }) => {
    const opening = async () => {
      while (held.size < count) {
        const socket = connect({ ...address, noDelay: true })
        keep(held, socket)
        await once(socket, 'connect')
        await byteBack(socket)
      }
    }
    await Promise.all(Array.from({ length: 16 }, opening))
  },
  /** Milliseconds until a byte comes back on a connection that is held, or null when none does in time. */
  heldByte: async ({ timeoutMs }: { timeoutMs: number }) => {
    const [socket] = held
    if (!socket) return null
    const startedAt = performance.now()
    return Promise.race([
      byteBack(socket).then(
        () => performance.now() - startedAt,
        () => null,
      ),
      delay(timeoutMs, null),
    ])
  },
  release: () => destroyAll(held),
  /** Milliseconds until a new visitor is turned away, asking again and again, or null when none is in time. */
  firstRefusal: async ({ timeoutMs, ...address }: Address & { timeoutMs: number }) => {
    const startedAt = performance.now()
    while (performance.now() - startedAt < timeoutMs) {
      const socket = connect({ ...address, noDelay: true })
      socket.on('error', () => socket.destroy())
      socket.write('?')
      const isRefused = await Promise.race([
        once(socket, 'close').then(() => true),
        once(socket, 'data').then(() => false),
        delay(500, false),
      ]).catch(() => true)
      socket.destroy()
      if (isRefused) return performance.now() - startedAt
    }
    return null
  },
  /** Milliseconds until a byte comes back, asking again and again, or null when none does in time. */
  firstByte: async ({ timeoutMs, ...address }: Address & { timeoutMs: number }) => {
    const startedAt = performance.now()
    while (performance.now() - startedAt < timeoutMs) {
      const socket = connect({ ...address, noDelay: true, signal: AbortSignal.timeout(1_000) } as never)
      socket.on('error', () => socket.destroy())
      try {
        await once(socket, 'connect')
        await byteBack(socket)
        return performance.now() - startedAt
      } catch {
        // Not yet. The pause leaves the processor to who is starting.
        await delay(10)
      } finally {
        socket.destroy()
      }
    }
    return null
  },
}

function keep(set: Set<Socket>, socket: Socket): void {
  set.add(socket)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => set.delete(socket))
}

function destroyAll(set: Set<Socket>): void {
  for (const socket of set) socket.destroy()
}

export type VisitorCommands = typeof commands

serveCommands(commands)
