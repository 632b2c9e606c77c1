import { readdirSync, readFileSync } from 'node:fs'

/** A descriptor that was opened elsewhere is noticed within this time. */
const recountIntervalMs = 1_000

/**
 * How many of the process's descriptors are reserved: each entry of this list is still let in when there is no room any
 * more for the previous ones. The control socket is never refused, so that the machine's owner can look and stop.
 */
const reserved = {
  visitor: { share: 1 / 4, max: 1024 },
  /** For an agent that is online: it opens one per visitor, and must not fill the bridge for other agents. */
  carrier: { share: 3 / 16, max: 768 },
  bridge: { share: 1 / 8, max: 512 },
  console: { share: 1 / 16, max: 128 },
} as const
export type ConnectionClass = keyof typeof reserved

/** The part of a connection that is needed here. */
interface Closable {
  once(event: 'close', listener: () => void): unknown
}

/**
 * How many descriptors the process has left. Without any, connections would neither be accepted nor refused, and the relay could not even be
 * asked what is wrong; so less important connections are refused early enough for the more important ones.
 */
export class Descriptors {
  readonly #limit: number
  readonly #countOpen: () => number
  readonly #now: () => number
  #open = 0
  #countedAtMs = -Infinity

  constructor({
    limit = limitOfProcess(),
    countOpen = countOpenOfProcess,
    now = () => performance.now(),
  }: { limit?: number; countOpen?: () => number; now?: () => number } = {}) {
    this.#limit = limit
    this.#countOpen = countOpen
    this.#now = now
  }

  /** A share of them all, for what may not grow without bound: at most `max`. */
  share(connectionClass: ConnectionClass, max: number): number {
    return Math.max(1, Math.min(max, Math.floor(this.#limit * reserved[connectionClass].share)))
  }

  /** Counts a connection that was accepted until it has closed. False: there is no room, it has to go at once. */
  admit(socket: Closable, connectionClass: ConnectionClass | 'control'): boolean {
    this.#open += 1
    socket.once('close', () => {
      this.#open -= 1
    })
    return connectionClass === 'control' || this.hasRoom(connectionClass)
  }

  /** Whether a connection of this class, which is counted already, may stay. */
  hasRoom(connectionClass: ConnectionClass): boolean {
    const { share, max } = reserved[connectionClass]
    const usable = this.#limit - Math.min(max, Math.ceil(this.#limit * share))
    // Far from the limit the count need not be exact.
    if (this.#open < usable / 2 && this.#countedAtMs > -Infinity) return true
    if (this.#now() - this.#countedAtMs >= recountIntervalMs) {
      this.#open = this.#countOpen()
      this.#countedAtMs = this.#now()
    }
    return this.#open <= usable
  }
}

/** On Linux; elsewhere the relay runs only inside the app, for its owner. */
function limitOfProcess(): number {
  if (process.platform !== 'linux') return Infinity
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return limit === undefined || limit === 'unlimited' ? Infinity : Number(limit)
}

function countOpenOfProcess(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}
