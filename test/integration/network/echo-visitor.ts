import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A visitor of an echo, which keeps what comes back. */
export class Visitor {
  readonly #socket: Socket
  #heard = ''
  ended = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('close', () => (this.ended = true))
    socket.on('data', (bytes) => (this.#heard += bytes.toString()))
  }

  static async open(port: number): Promise<Visitor> {
    const visitor = new Visitor(connect(port, '127.0.0.1'))
    await visitor.says('hello ')
    return visitor
  }

  get heard(): string {
    return this.#heard
  }

  write(words: string): void {
    this.#socket.write(words)
  }

  /** Fulfils when the words are back. */
  async says(words: string): Promise<void> {
    const wanted = this.#heard + words
    this.write(words)
    await this.hears(wanted)
  }

  async hears(wanted: string): Promise<void> {
    while (this.#heard.length < wanted.length) {
      if (this.ended) throw new Error(`the stream has ended after "${this.#heard}"`)
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close')])
    }
    if (this.#heard !== wanted) throw new Error(`heard "${this.#heard}" instead of "${wanted}"`)
  }

  close(): void {
    this.#socket.destroy()
  }
}
