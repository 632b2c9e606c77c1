import type { Socket } from 'node:net'

export interface PairingOptions<About> {
  /** How long one half waits for the other. */
  readonly timeoutMs: number
  readonly onPair: (pair: { main: Socket; chan: Socket; about: About }) => void
  readonly onLeft: (half: 'main' | 'chan') => void
}

interface Waiting<About> {
  main?: { socket: Socket; about: About }
  chan?: Socket
  timer: NodeJS.Timeout
}

/**
 * An agent arrives as two connections that nothing on the wire ties together except the key and the address.
 * The first one waits here for the other, in whichever order; one that waits too long is closed.
 */
export class StockPairing<About> {
  readonly #options: PairingOptions<About>
  readonly #waiting = new Map<string, Waiting<About>>()

  constructor(options: PairingOptions<About>) {
    this.#options = options
  }

  /** `key`: the client and the address. A newer `main` replaces one that still waits. */
  addMain(key: string, socket: Socket, about: About): void {
    this.#waiting.get(key)?.main?.socket.destroy()
    const waiting = this.#entry(key)
    waiting.main = { socket, about }
    this.#watch(key, socket)
  }

  addChan(key: string, socket: Socket): void {
    this.#waiting.get(key)?.chan?.destroy()
    const waiting = this.#entry(key)
    waiting.chan = socket
    this.#watch(key, socket)
  }

  close(): void {
    for (const key of this.#waiting.keys()) this.#drop(key)
  }

  #entry(key: string): Waiting<About> {
    const existing = this.#waiting.get(key)
    if (existing) return existing
    const timer = setTimeout(() => {
      this.#options.onLeft(this.#waiting.get(key)?.main ? 'main' : 'chan')
      this.#drop(key)
    }, this.#options.timeoutMs)
    const waiting: Waiting<About> = { timer }
    this.#waiting.set(key, waiting)
    return waiting
  }

  #watch(key: string, socket: Socket): void {
    const waiting = this.#waiting.get(key)
    if (!waiting) return
    if (waiting.main && waiting.chan) {
      clearTimeout(waiting.timer)
      this.#waiting.delete(key)
      const { main, chan } = waiting
      this.#options.onPair({ main: main.socket, chan, about: main.about })
      return
    }
    socket.once('close', () => {
      const now = this.#waiting.get(key)
      if (now?.main?.socket === socket || now?.chan === socket) this.#drop(key)
    })
  }

  #drop(key: string): void {
    const waiting = this.#waiting.get(key)
    if (!waiting) return
    clearTimeout(waiting.timer)
    this.#waiting.delete(key)
    waiting.main?.socket.destroy()
    waiting.chan?.destroy()
  }
}
