import type { Socket } from 'node:dgram'
import type { Log } from '../../log/log.ts'
import { plainAddress } from '../../net/address/plain-address.ts'
import { bindDatagrams, sendDatagram } from '../../net/listen/datagram-socket.ts'
import { SeenAnswers } from './seen-answers.ts'
import type { SeenKeys } from './seen-keys.ts'

/**
 * The relay's two UDP ports, by which the ends of a direct link learn at which address others see them: the bridge's
 * number and the next one. Two, because a router that gives each destination another port shows it by two answers that differ.
 */
export class Rendezvous {
  readonly #keys: SeenKeys
  readonly #options: { host: string; log: Log; now: () => number }
  #sockets: Socket[] = []
  #ports: readonly number[] = []

  constructor(keys: SeenKeys, options: { host: string; log: Log; now: () => number }) {
    this.#keys = keys
    this.#options = options
  }

  /** The first port that answers; 0: none does. */
  get port(): number {
    return this.#ports[0] ?? 0
  }

  /** Those that answer, at most two. */
  get ports(): readonly number[] {
    return this.#ports
  }

  /** A port that is taken, by a UDP tunnel perhaps, is left to it: then one address is told, or none. */
  async listen(bridgePort: number): Promise<void> {
    const { host, log, now } = this.#options
    const answers = new SeenAnswers(this.#keys, { now })
    for (const port of [bridgePort, bridgePort + 1].filter((one) => one < 65_536)) {
      try {
        const socket = await bindDatagrams({ host, port })
        socket.on('message', (packet, { address, port: from }) => {
          const answer = answers.to(packet, { address: plainAddress(address), port: from })
          if (answer) sendDatagram(socket, answer, { address, port: from })
        })
        this.#sockets.push(socket)
        this.#ports = [...this.#ports, port]
      } catch (error) {
        log.info('a UDP port for direct links is taken: fewer of them will be direct', {
          port,
          reason: error,
        })
      }
    }
  }

  /** Idempotent. */
  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.close()
  }
}
