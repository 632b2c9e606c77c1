import type { Writable } from 'node:stream'

/**
 * Sends all that is written within one turn of the program at once. ssh2 writes each packet in three pieces, and without this each piece is
 * a call of the system and a packet of the network: a good part of the processor time of a copy.
 */
export function gatherWrites<T extends Writable>(socket: T): T {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  let isGathering = false
  const send = (): void => {
    isGathering = false
    socket.uncork()
  }
  socket.write = (...args: unknown[]): boolean => {
    if (!isGathering) {
      isGathering = true
      socket.cork()
      process.nextTick(send)
    }
    return write(...args)
  }
  return socket
}
