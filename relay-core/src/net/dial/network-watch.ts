import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { plainAddress, withoutZone } from '../address/plain-address.ts'
import { systemClock, type Clock } from '../../async/time/clock.ts'
import { every } from '../../async/time/every.ts'
import { Signal } from '../../async/signals/signal.ts'

const pollIntervalMs = 1_000
/** A tick this late means that the computer was asleep: nothing learnt before can be trusted now. */
const sleepThresholdMs = 15_000

export interface NetworkWatchOptions {
  readonly clock?: Clock
  readonly interfaces?: typeof networkInterfaces
  /** The routes beyond this machine's own networks, as some text that changes with them. */
  readonly routes?: () => string
}

/**
 * Notices by polling that this computer woke up, or that its addresses or default routes changed; no system offers an
 * event for it that works everywhere.
 */
export class NetworkWatch {
  readonly #clock: Clock
  readonly #interfaces: typeof networkInterfaces
  readonly #routes: () => string
  readonly #changed = new Signal()
  #addresses: string
  #ways: string
  #tickedAtMs: number
  #ticking: Disposable | undefined

  constructor({
    clock = systemClock,
    interfaces = networkInterfaces,
    routes = defaultRoutes,
  }: NetworkWatchOptions = {}) {
    this.#clock = clock
    this.#interfaces = interfaces
    this.#routes = routes
    this.#addresses = this.#readAddresses()
    this.#ways = this.#routes()
    this.#tickedAtMs = this.#clock.now()
  }

  get online(): boolean {
    return this.#addresses !== ''
  }

  /** Calls back on wake and on each change of this computer's addresses and routes, until the returned handle is disposed of. */
  onChange(listener: () => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  start(): void {
    this.#tickedAtMs = this.#clock.now()
    this.#ticking = every(pollIntervalMs, () => this.#tick(), { clock: this.#clock, ref: false })
  }

  close(): void {
    this.#ticking?.[Symbol.dispose]()
  }

  #tick(): void {
    const now = this.#clock.now()
    const slept = now - this.#tickedAtMs > sleepThresholdMs
    const [addresses, ways] = [this.#readAddresses(), this.#routes()]
    const changed = addresses !== this.#addresses || ways !== this.#ways
    this.#tickedAtMs = now
    this.#addresses = addresses
    this.#ways = ways
    if (slept || changed) this.#changed.emit()
  }

  #readAddresses(): string {
    return Object.entries(this.#interfaces())
      .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
      .filter(
        ({ internal, address }) =>
          !internal && !address.startsWith('169.254.') && !/^fe[89ab]/i.test(address),
      )
      .map(({ name, address }) => `${name}=${address}`)
      .sort()
      .join(' ')
  }
}

/** Whether this machine has the address now. */
export function isOwnAddress(address: string): boolean {
  const plain = plainAddress(withoutZone(address))
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === plain))
}

/** The default routes of Linux, over which interface and gateway; elsewhere the addresses have to do. */
function defaultRoutes(): string {
  if (process.platform !== 'linux') return ''
  return [
    // Interface, destination, gateway, flags, ...
    ...lines('/proc/net/route')
      .map((line) => line.split(/\s+/))
      .filter(([, destination]) => destination === '00000000')
      .map(([name, , gateway]) => `${name} ${gateway}`),
    // Destination, length of its prefix, ..., gateway, metric, ..., interface.
    ...lines('/proc/net/ipv6_route')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => /^0+$/.test(fields[0] ?? '') && fields[1] === '00' && fields.at(-1) !== 'lo')
      .map((fields) => `${fields.at(-1)} ${fields[4]}`),
  ]
    .sort()
    .join(', ')
}

/** A machine without the file has no such routes. */
function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
