import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const pauseMs = 10
const answerTimeoutMs = 10_000
/** It goes on for this long after the attack. */
const roundsAfter = 5

/** A visitor of somebody else's tunnel that talks all the while; whatever happens to its stream, it notices. */
export class SteadyEcho {
  readonly #socket: Socket
  readonly #ended: Promise<string>
  #end: (how: string) => void = () => undefined
  #waiting: NodeJS.Timeout | undefined
  #heard = ''
  #rounds = 0
  #lastRound = Infinity

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#ended = new Promise((resolve) => (this.#end = resolve))
    socket.on('data', (bytes) => this.#hear(bytes.toString()))
    socket.on('close', () => this.#end(`lost after ${this.#rounds} rounds`))
    this.#say()
  }

  static async start(port: number): Promise<SteadyEcho> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return new SteadyEcho(socket)
  }

  /** How it went: `whole` when every word came back in its order, some after the attack. */
  async stop(): Promise<string> {
    this.#lastRound = this.#rounds + roundsAfter
    const how = await this.#ended
    clearTimeout(this.#waiting)
    this.#socket.destroy()
    return how
  }

  get #word(): string {
    return `word ${this.#rounds} `.padEnd(64, '.')
  }

  #say(): void {
    this.#heard = ''
    this.#waiting = setTimeout(() => this.#end(`no answer after ${this.#rounds} rounds`), answerTimeoutMs)
    this.#socket.write(this.#word)
  }

  #hear(text: string): void {
    this.#heard += text
    if (this.#heard.length < this.#word.length) return
    clearTimeout(this.#waiting)
    if (this.#heard !== this.#word) this.#end(`other words after ${this.#rounds} rounds: ${this.#heard}`)
    this.#rounds += 1
    if (this.#rounds >= this.#lastRound) this.#end('whole')
    else setTimeout(() => this.#say(), pauseMs)
  }
}
