import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls, type TLSSocket } from 'node:tls'

/** Another address of this machine than the one that agents and people come from. */
const elsewhere = '127.0.0.2'

export function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

/** A connection that is made whatever becomes of it: to a port, or to a socket's path. */
export function open(port: number | string, { from = '127.0.0.1' } = {}): Socket {
  const socket =
    typeof port === 'string'
      ? connect(port)
      : connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true })
  socket.on('error', () => undefined)
  return socket.resume()
}

export const openFromElsewhere = (port: number | string): Socket => open(port, { from: elsewhere })

/** TLS to a relay whose key is not looked at; rejects when it ends before. */
export async function openTls(port: number): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, minVersion: 'TLSv1.3' })
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect', { signal: AbortSignal.timeout(10_000) })
  return socket
}

/** For how many milliseconds the other side has kept it; rejects when it is kept longer than `timeoutMs`. */
export function keptFor(socket: Socket, timeoutMs: number): Promise<number> {
  const since = performance.now()
  if (socket.destroyed) return Promise.resolve(0)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`still open after ${timeoutMs} ms`))
      socket.destroy()
    }, timeoutMs)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(performance.now() - since)
    })
    socket.resume()
  })
}

/** Says one byte at a time, for as long as it is listened to. */
export async function dribble(socket: Socket, words: Buffer, intervalMs: number): Promise<void> {
  for (let at = 0; !socket.destroyed && at < words.length; at++) {
    socket.write(words.subarray(at, at + 1))
    await delay(intervalMs)
  }
}

/** Writes `chunk` again and again, as fast as it is taken, until `totalBytes`, the end, or the time is up. */
export async function flood(
  socket: Socket,
  chunk: Buffer,
  { totalBytes, forMs }: { totalBytes: number; forMs: number },
): Promise<number> {
  const untilMs = performance.now() + forMs
  let written = 0
  while (written < totalBytes && !socket.destroyed && performance.now() < untilMs) {
    written += chunk.length
    if (!socket.write(chunk)) await roomOrEnd(socket, untilMs - performance.now())
  }
  return written
}

function roomOrEnd(socket: Socket, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      socket.off('drain', settle).off('close', settle)
      resolve()
    }
    const timer = setTimeout(settle, Math.max(1, timeoutMs))
    socket.on('drain', settle).on('close', settle)
  })
}
