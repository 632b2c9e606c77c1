import type { Socket } from 'node:net'
import { untilSettled } from '../../async/wait/until-settled.ts'

/** Between two addresses of one name (RFC 8305 §5: 250 ms). */
const nextAddressMs = 250
/**
 * How soon a silent attempt is joined by another one. The kernel retransmits a lost first packet after 1, 2, 4, 8 s, so a
 * single attempt would notice that many seconds too late that the network is back.
 */
const renewIntervalMs = 1_000

export interface DialOptions {
  /** Tried in order, each a little later than the previous one. At least one. */
  readonly addresses: readonly string[]
  /** Begins a connection, which emits `connect`. */
  readonly open: (address: string) => Socket
  /** Whether to start another attempt each second while nothing answers. The first attempt goes on, for distant peers. */
  readonly renew: boolean
  readonly signal: AbortSignal
}

/**
 * Fulfils with the first of several attempts that connects, and ends the others. Rejects with the first attempt's error once
 * each address has failed, or with the signal's reason; the caller bounds the time by it.
 */
export function dial<S extends Socket>(
  options: Omit<DialOptions, 'open'> & { open: (address: string) => S },
): Promise<S> {
  const { addresses, open, renew, signal } = options
  return untilSettled<S>(
    (resolve, reject) => {
      const waiting = [...addresses]
      const failed = new Map<string, Error>()
      const attempts = new Set<S>()
      let renewed: S | undefined
      let timer: NodeJS.Timeout | undefined

      const begin = (address: string): S => {
        const socket = open(address)
        attempts.add(socket)
        const onError = (error: Error) => {
          if (!attempts.delete(socket)) return
          failed.set(address, error)
          if (failed.size === new Set(addresses).size) reject(failed.get(addresses[0] ?? '') ?? error)
          else if (waiting.length > 0) next()
        }
        socket.once('connect', () => {
          if (!attempts.delete(socket)) return
          // `onError` would keep all of this for as long as the socket is open: 4 KB.
          socket.on('error', heardByClose).off('error', onError)
          resolve(socket)
        })
        socket.on('error', onError)
        return socket
      }
      const next = () => {
        clearTimeout(timer)
        const address = waiting.shift()
        if (address !== undefined) begin(address)
        else {
          const [first = ''] = addresses.filter((one) => !failed.has(one))
          if (renewed && attempts.delete(renewed)) renewed.destroy()
          renewed = begin(first)
        }
        if (waiting.length > 0) timer = setTimeout(next, nextAddressMs)
        else if (renew) timer = setTimeout(next, renewIntervalMs)
      }
      next()
      return () => {
        clearTimeout(timer)
        for (const attempt of attempts) attempt.destroy()
        attempts.clear()
      }
    },
    { signal },
  )
}

/** An error after `connect` is always followed by `close`, which the caller hears. */
function heardByClose(): void {}
