import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { RelayError } from '../../../api/errors.ts'
import { Carrier } from '../../../native/carriers/carrier.ts'
import type { FramedSocket } from '../../../native/carriers/framed-socket.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import { WireError } from '../../../wire/bytes.ts'
import type { DirectRequest } from '../../rendezvous/direct-links.ts'
import { encodeFailed, encodeOpened } from '../../../wire/messages.ts'

/** A visitor of a private tunnel that has proved that it knows the password. */
export interface AdmittedVisitor {
  readonly address: string
  readonly port: number
  /** Talks to the agent end to end, or sends plain bytes to the relay as stock visitors do. */
  readonly isEndToEnd: boolean
  /** It asks for a direct link to the agent instead of a stream to the target. Whoever serves the visitor leaves its end to the bridge. */
  readonly direct?: DirectRequest | undefined
  /** Fulfils when the visitor has gone. */
  readonly gone: Promise<unknown>
  /** The target was reached: the visitor's bytes arrive on this stream. */
  opened(): Duplex
  failed(error: RelayError): void
}

/** A visitor's connection carries one stream. */
const number = 1

/** Takes `framed` over. */
export function nativeVisitor(
  framed: FramedSocket,
  from: { address: string; port: number },
  direct?: DirectRequest,
): AdmittedVisitor {
  const carrier = new Carrier(framed, {
    onMessage: (type) => {
      throw new WireError(`frame of type ${type} from a visitor`)
    },
    onIdle: () => framed.finish(),
  })
  return {
    ...from,
    isEndToEnd: true,
    direct,
    gone: framed.closed,
    opened: () => {
      framed.send(encodeOpened(number, direct?.seenFrom(from.address)))
      return carrier.startStream(number)
    },
    failed: ({ code, message }) => {
      framed.send(encodeFailed({ number, code, message }))
      framed.end()
    },
  }
}

/** Stock visitors are told nothing: they get bytes, or the end. */
export function stockVisitor(socket: Socket, from: { address: string; port: number }): AdmittedVisitor {
  return {
    ...from,
    isEndToEnd: false,
    gone: new Promise((resolve) => socket.once('close', resolve)),
    opened: () => socket,
    failed: () => resetStream(socket),
  }
}
