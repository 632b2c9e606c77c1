import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP port in front of another one, whose connections can be cut, or held up. */
export class CuttableWay implements AsyncDisposable {
  readonly #server = createServer((socket) => this.#carry(socket))
  readonly #sockets = new Set<Socket>()
  readonly #target: { host: string; port: number }
  #leftBytes = Infinity
  #then: () => void = () => undefined
  #isHeld = false
  #isDark = false
  readonly #dead = new Set<Socket>()
  /** Accepted in the dark. */
  readonly #late = new Set<Socket>()
  /** How often it was cut. */
  cuts = 0
  /** What has passed, in both directions together. */
  bytes = 0

  private constructor(target: { host: string; port: number }) {
    this.#target = target
  }

  static async open(target: { host: string; port: number }): Promise<CuttableWay> {
    const way = new CuttableWay(target)
    way.#server.listen(0, '127.0.0.1')
    await once(way.#server, 'listening')
    return way
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts every connection now, for both ends to see. */
  cut(how: 'end' | 'reset'): void {
    this.cuts++
    for (const socket of this.#sockets) {
      if (how === 'end') socket.destroy()
      else socket.resetAndDestroy()
    }
  }

  /**
   * The line is gone without a sign: no byte passes any more, and new connections hear nothing, until it is back, when they end. Those
   * of before stay as dead as with a router that has forgotten them.
   */
  goDark(isDark: boolean): void {
    this.#isDark = isDark
    if (isDark) for (const socket of this.#sockets) this.#dead.add(socket.pause())
    else for (const socket of this.#late) socket.destroy()
  }

  /** Cuts every connection once this many more bytes have passed, in both directions together. */
  cutAfter(bytes: number): void {
    this.#after(bytes, () => {
      this.cuts++
      for (const socket of this.#sockets) socket.destroy()
    })
  }

  /** Lets nothing through any more once this many more bytes have passed. */
  holdAfter(bytes: number): void {
    this.#after(bytes, () => {
      this.#isHeld = true
      for (const socket of this.#sockets) socket.pause()
    })
  }

  letGo(): void {
    this.#leftBytes = Infinity
    this.#isHeld = false
    for (const socket of this.#sockets) if (!this.#dead.has(socket)) socket.resume()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #after(bytes: number, then: () => void): void {
    this.#leftBytes = bytes
    this.#then = then
  }

  #carry(from: Socket): void {
    const to = connect({ ...this.#target, noDelay: true })
    this.#pass(from, to)
    this.#pass(to, from)
    if (!this.#isDark) return
    for (const socket of [from, to]) {
      socket.pause()
      this.#late.add(socket)
    }
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.on('error', () => from.destroy())
    from.once('close', () => {
      this.#sockets.delete(from)
      this.#late.delete(from)
      if (!this.#dead.delete(from)) to.destroy()
    })
    from.on('data', (chunk: Buffer) => {
      if (!to.write(chunk)) from.pause()
      this.bytes += chunk.length
      this.#leftBytes -= chunk.length
      if (this.#leftBytes > 0) return
      this.#leftBytes = Infinity
      this.#then()
    })
    to.on('drain', () => {
      if (!this.#isHeld && !this.#dead.has(from) && !this.#late.has(from)) from.resume()
    })
  }
}
