import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { RelayError } from '../../../api/errors.ts'
import type { FramedSocket } from '../../../native/carriers/framed-socket.ts'
import type { Move } from '../../../native/survival/surviving-visits.ts'
import { onlyStream, startVisit, type VisitLink } from '../../../native/survival/visit-stream.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import { WireError } from '../../../wire/bytes.ts'
import type { DirectRequest } from '../../rendezvous/direct-links.ts'
import { encodeFailed, encodeOpened } from '../../../wire/stream-messages.ts'

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
  /** The target was reached: the visitor's bytes arrive on this stream. `move` is called when it goes on from another place. */
  opened(move: Move): Duplex
  failed(error: RelayError): void
}

/** Takes `framed` over. `survive`: makes the visit one that survives its connection, if it can be. */
export function nativeVisitor(
  framed: FramedSocket,
  {
    from,
    direct,
    survive,
  }: {
    from: { address: string; port: number }
    direct: DirectRequest | undefined
    survive: ((move: Move) => VisitLink) | undefined
  },
): AdmittedVisitor {
  const outOfPlace = () => {
    throw new WireError('a visitor speaks before it is answered')
  }
  framed.receiver = { onMessage: outOfPlace, onData: outOfPlace }
  const gone = Promise.withResolvers<unknown>()
  let isOpen = false
  void framed.closed.then(() => {
    if (!isOpen) gone.resolve(undefined)
  })
  return {
    ...from,
    isEndToEnd: true,
    direct,
    gone: gone.promise,
    opened: (move) => {
      isOpen = true
      const link = survive?.(move)
      framed.send(encodeOpened(onlyStream, direct?.seenFrom(from.address)))
      const { stream, closed } = startVisit(framed, link)
      void closed.then(gone.resolve)
      return stream
    },
    failed: ({ code, message }) => {
      framed.send(encodeFailed({ number: onlyStream, code, message }))
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
