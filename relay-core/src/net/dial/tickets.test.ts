import { once } from 'node:events'
import { connect as connectSocket, createServer, type AddressInfo, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, it } from 'vitest'
import { createIdentity } from '../tls/identity.ts'
import { connectTls, type TlsTickets } from './connect.ts'

const { keyPem: key, certPem: cert } = createIdentity()
const identity = { key, cert, minVersion: 'TLSv1.3' } as const

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A relay that says a byte to everyone, and how many bytes the last connection to it took both ways. */
class GreetingRelay implements AsyncDisposable {
  bytes = 0
  readonly #line = createServer((near) => {
    this.bytes = 0
    const far = connectSocket(this.#port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.on('data', (chunk) => {
        this.bytes += chunk.length
        to.write(chunk)
      })
    }
  })
  #relay = this.#makeRelay()
  #port = 0
  port = 0

  async start(): Promise<this> {
    this.#port = await listening(this.#relay)
    this.port = await listening(this.#line)
    return this
  }

  /** The same key, and none of the tickets it has given. */
  async restart(): Promise<void> {
    this.#relay.close()
    this.#relay = this.#makeRelay()
    this.#port = await listening(this.#relay)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#relay, this.#line]) server.close()
    await Promise.resolve()
  }

  #makeRelay(): Server {
    return createTlsServer(identity, (socket) => socket.on('error', () => socket.destroy()).end('!'))
  }
}

/** Connects, hears the byte and its end, by when the ticket has come too. */
async function greet(port: number, tickets: TlsTickets): Promise<boolean> {
  const signal = AbortSignal.timeout(20_000)
  const socket = await connectTls({ host: '127.0.0.1', port, timeoutMs: 10_000, tickets, signal })
  const isResumed = socket.isSessionReused()
  const closed = once(socket, 'close')
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString())).on('end', () => socket.end())
  await closed
  expect(heard).toBe('!')
  return isResumed
}

it('takes a third of the bytes for a second connection to a relay', async () => {
  await using relay = await new GreetingRelay().start()
  const tickets: TlsTickets = {}
  expect(await greet(relay.port, tickets)).toBe(false)
  const whole = relay.bytes
  expect(await greet(relay.port, tickets)).toBe(true)
  expect(relay.bytes).toBeLessThan(whole / 3)
  // That one gave a ticket as good as the first.
  expect(await greet(relay.port, tickets)).toBe(true)
  expect(relay.bytes).toBeLessThan(whole / 3)
})

it('does the whole handshake, with ML-KEM, where the relay does not know the ticket', async () => {
  await using relay = await new GreetingRelay().start()
  const tickets: TlsTickets = {}
  await greet(relay.port, tickets)
  const whole = relay.bytes
  await relay.restart()
  expect(await greet(relay.port, tickets)).toBe(false)
  expect(relay.bytes).toBeGreaterThan(whole * 0.9)
})
