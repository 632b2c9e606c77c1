import { readdirSync, readFileSync } from 'node:fs'

/** A descriptor that was opened elsewhere is found out about within this time. */
const countAgainAfterMs = 1_000

/**
 * What is kept back of the descriptors that the process may have: whoever comes next in this list is still let in when there is no room any
 * more for those before. At the control socket everybody is let in, so that the machine's owner can look and stop.
 */
const keptBack = {
  visitor: { part: 1 / 4, most: 1024 },
  /** Of an agent that is online: it brings one for each visitor, and must not fill the bridge for other agents. */
  carrier: { part: 3 / 16, most: 768 },
  bridge: { part: 1 / 8, most: 512 },
  console: { part: 1 / 16, most: 128 },
} as const
export type Door = keyof typeof keptBack

/** What of a connection is needed here. */
interface Closable {
  once(event: 'close', listener: () => void): unknown
}

/**
 * How many descriptors the process has left. Without any, connections would neither be accepted nor refused, and the relay could not even be
 * asked what is wrong; so each door turns away early enough for the more important ones.
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

  /** A share of them all, for what may not grow without bound: at most `most`. */
  share(door: Door, most: number): number {
    return Math.max(1, Math.min(most, Math.floor(this.#limit * keptBack[door].part)))
  }

  /** Counts a connection that was accepted at a door until it has closed. False: there is no room, it has to go at once. */
  admit(socket: Closable, door: Door | 'control'): boolean {
    this.#open += 1
    socket.once('close', () => {
      this.#open -= 1
    })
    return door === 'control' || this.hasRoom(door)
  }

  /** Whether what has come by this door, and is counted, may stay. */
  hasRoom(door: Door): boolean {
    const { part, most } = keptBack[door]
    const usable = this.#limit - Math.min(most, Math.ceil(this.#limit * part))
    // Far from the limit nothing has to be exact.
    if (this.#open < usable / 2 && this.#countedAtMs > -Infinity) return true
    if (this.#now() - this.#countedAtMs >= countAgainAfterMs) {
      this.#open = this.#countOpen()
      this.#countedAtMs = this.#now()
    }
    return this.#open <= usable
  }
}

/** Of Linux; elsewhere the relay runs inside the app only, for its owner. */
function limitOfProcess(): number {
  if (process.platform !== 'linux') return Infinity
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return limit === undefined || limit === 'unlimited' ? Infinity : Number(limit)
}

function countOpenOfProcess(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}
