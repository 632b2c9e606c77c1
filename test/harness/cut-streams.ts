import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect } from 'vitest'
import type { CuttableWay } from './cuttable-way.ts'

/** To an echo, which must say the same words and nothing else. */
export async function says(socket: Socket, words: string): Promise<void> {
  socket.write(words)
  let heard = ''
  while (heard.length < words.length) heard += String((await once(socket, 'data'))[0])
  expect(heard).toBe(words)
}

/** To an echo, through three cuts that end the connection, or reset it. */
export async function saysThroughCuts(socket: Socket, way: CuttableWay, how: 'end' | 'reset'): Promise<void> {
  await says(socket, 'before')
  for (const time of ['1', '2', '3']) {
    way.cut(how)
    await says(socket, `after cut ${time}`)
  }
}

const zeros = Buffer.alloc(1024 * 1024)

/** Writes as much as anybody takes, for as long as the socket is open. */
export function pour(socket: Socket): void {
  const write = () => {
    while (socket.write(zeros));
  }
  socket.on('drain', write)
  write()
}

/** Sends `bytes` random bytes to an echo, and cuts the way each time another `everyBytes` have come back. Sums are SHA-256 in hex. */
export async function copyThroughCuts(
  socket: Socket,
  way: CuttableWay,
  { bytes, everyBytes }: { bytes: number; everyBytes: number },
): Promise<{ receivedBytes: number; sentSum: string; receivedSum: string }> {
  const sent = randomBytes(bytes)
  const hash = createHash('sha256')
  let received = 0
  let cutAt = everyBytes
  socket.on('data', (chunk) => {
    hash.update(chunk)
    received += chunk.length
    if (received < cutAt) return
    cutAt += everyBytes
    way.cut(way.cuts % 2 === 0 ? 'end' : 'reset')
  })
  socket.end(sent)
  await once(socket, 'end')
  return {
    receivedBytes: received,
    sentSum: createHash('sha256').update(sent).digest('hex'),
    receivedSum: hash.digest('hex'),
  }
}
