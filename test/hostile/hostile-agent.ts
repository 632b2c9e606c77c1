import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { channelBinding, keyId, makeProof } from '../../relay-core/src/native/proofs.ts'
import { greetRelay, type StockRole } from '../../relay-core/src/stock/messages/handshake.ts'
import { FrameDecoder, frameType } from '../../relay-core/src/wire/frame.ts'
import {
  decodeWelcome,
  encodeHello,
  type Welcome,
  wireVersion,
  type AgentOrigin,
  type CarrierPlace,
} from '../../relay-core/src/wire/hello-messages.ts'
import { encodePing } from '../../relay-core/src/wire/link-messages.ts'
import { decodeOpen, encodeOpened } from '../../relay-core/src/wire/stream-messages.ts'
import { open, openTls } from './strangers.ts'

const timeoutMs = 10_000

interface AgentWords {
  readonly agentVersion: string
  readonly hostname: string
  readonly fingerprint: string
  readonly instance: Uint8Array
  readonly origin: AgentOrigin
  readonly takesEarlyData: boolean
  readonly survives: boolean
}

/** An agent whose key is right and whose manners are not: it says whatever a test wants, on raw connections. */
export class HostileAgent {
  readonly control: TLSSocket
  readonly #bridgePort: number
  readonly #welcome: Welcome
  readonly #alive: NodeJS.Timeout

  private constructor(bridgePort: number, control: TLSSocket, welcome: Welcome) {
    this.#bridgePort = bridgePort
    this.control = control
    this.#welcome = welcome
    this.#alive = setInterval(() => control.write(encodePing(Buffer.alloc(8))), 2_000)
    control.once('close', () => clearInterval(this.#alive))
  }

  /** It has been told WELCOME. `said`: what it says of itself. */
  static async start(
    bridgePort: number,
    vkey: string,
    said: Partial<AgentWords> = {},
  ): Promise<HostileAgent> {
    const control = await openTls(bridgePort)
    const proof = makeProof(vkey, 'nps-desktop agent 1', channelBinding(control))
    const words = { agentVersion: '1.0.0', hostname: 'hostile', fingerprint: '', ...said }
    control.write(encodeHello({ role: 'control', version: wireVersion, keyId: keyId(vkey), proof, ...words }))
    const { type, body } = await nextMessage(control)
    if (type !== frameType.welcome) throw new Error(`the relay said ${type}`)
    return new HostileAgent(bridgePort, control, decodeWelcome(body))
  }

  /** One more connection of its session. */
  async carrier(place?: CarrierPlace): Promise<TLSSocket> {
    const socket = await openTls(this.#bridgePort)
    const { sessionId, carrierKey } = this.#welcome
    const proof = makeProof(carrierKey, 'nps-desktop carrier 1', channelBinding(socket))
    socket.write(
      encodeHello({
        role: 'carrier',
        version: wireVersion,
        sessionId,
        proof,
        ...(place && { carrier: place }),
      }),
    )
    return socket
  }

  close(): void {
    clearInterval(this.#alive)
    this.control.destroy()
  }
}

/** Waits for the relay's OPEN on a carrier, and answers it with OPENED and, in the same piece, `words`. */
export async function answerOpen(carrier: TLSSocket, words: Uint8Array): Promise<void> {
  const { type, body } = await nextMessage(carrier)
  if (type !== frameType.open) throw new Error(`the relay said ${type}`)
  carrier.write(Buffer.concat([encodeOpened(decodeOpen(body).number), words]))
}

/** The next whole message; what comes behind it in the same piece is dropped. */
export async function nextMessage(socket: TLSSocket): Promise<{ type: number; body: Uint8Array }> {
  const decoder = new FrameDecoder()
  for (;;) {
    const signal = AbortSignal.timeout(timeoutMs)
    const ended = once(socket, 'close', { signal }).then(() => Promise.reject(new Error('the relay hung up')))
    const [chunk] = await Promise.race([once(socket, 'data', { signal }) as Promise<[Buffer]>, ended])
    const found: { type: number; body: Uint8Array }[] = []
    decoder.push(chunk, {
      onMessage: (type, body) => found.push({ type, body: body.slice() }),
      onData: () => undefined,
    })
    const [first] = found
    if (first) return first
  }
}

/** Waits until `words` have come. */
export async function heard(socket: Socket, words: string): Promise<void> {
  let said = ''
  while (!said.includes(words)) {
    const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(timeoutMs) })) as [Buffer]
    said += chunk.toString('latin1')
  }
}

/** A stock program's connection, past its handshake. */
export async function stockConnection(bridgePort: number, vkey: string, role: StockRole): Promise<Socket> {
  const socket = open(bridgePort).pause()
  const signal = AbortSignal.timeout(timeoutMs)
  await greetRelay(socket, { vkey, version: '0.26.10', role, signal })
  return socket.resume()
}

/** A stock agent's two connections; `chan` is a raw mux. */
export async function stockConnections(
  bridgePort: number,
  vkey: string,
): Promise<{ main: Socket; chan: Socket }> {
  const main = await stockConnection(bridgePort, vkey, 'main')
  return { main, chan: await stockConnection(bridgePort, vkey, 'chan') }
}
