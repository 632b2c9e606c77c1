import { RelayError } from '../../api/errors.ts'
import { withoutZone } from '../../net/address/plain-address.ts'
import type { DirectUse, SeenFrom } from '../../wire/direct-messages.ts'
import type { SeenKeys } from './seen-keys.ts'

type Count = (direction: 'down' | 'up', bytes: number) => void

/** A visitor's request for a direct link, and the link as long as it lasts. Its owner disposes of it. */
export interface DirectRequest extends Disposable {
  /** For the side that the relay sees at `address`. */
  seenFrom(address: string): SeenFrom
  /** Where the bytes are counted that the client's agent reports. */
  countFor(clientId: number, count: Count): void
}

/** The direct links that the relay has introduced the two ends of to each other. */
export class DirectLinks {
  readonly #keys: SeenKeys
  readonly #port: () => number
  readonly #counted = new Map<string, { clientId: number; count: Count }>()

  /** `port`: the first UDP port that answers, 0 for none. */
  constructor(keys: SeenKeys, port: () => number) {
    this.#keys = keys
    this.#port = port
  }

  /** @throws RelayError `limit-reached` */
  request(): DirectRequest {
    const issued = this.#keys.issue()
    if (!issued) throw new RelayError('limit-reached', 'The relay has as many direct links as it can have.')
    const { id, key } = issued
    const name = Buffer.from(id).toString('hex')
    return {
      // A zone means nothing on another machine, and has no place in the message.
      seenFrom: (address) => ({ id, key, port: this.#port(), address: withoutZone(address) }),
      countFor: (clientId, count) => this.#counted.set(name, { clientId, count }),
      [Symbol.dispose]: () => {
        issued[Symbol.dispose]()
        this.#counted.delete(name)
      },
    }
  }

  /** A late report of a link that has ended is left out, and one of a link of another client. */
  onUse(clientId: number, { id, downBytes, upBytes }: DirectUse): void {
    const counted = this.#counted.get(Buffer.from(id).toString('hex'))
    if (counted?.clientId !== clientId) return
    if (downBytes > 0) counted.count('down', downBytes)
    if (upBytes > 0) counted.count('up', upBytes)
  }
}
