import { connect } from 'node:net'

const timeoutMs = 10_000

/** What a visitor is greeted with; empty when the connection ends without a word, or nothing is said for ten seconds. */
export function firstWords(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    socket.once('data', (chunk: Buffer) => {
      socket.destroy()
      resolve(chunk.toString('latin1'))
    })
    socket.once('timeout', () => socket.destroy(new Error('silent')))
    // 'close' follows
    socket.once('error', () => undefined)
    socket.once('close', () => resolve(''))
  })
}
