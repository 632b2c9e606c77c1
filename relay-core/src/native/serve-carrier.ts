import type { Socket } from 'node:net'
import { RelayError } from '../api/errors.ts'
import type { Target } from '../server/agent-session.ts'
import { splice } from '../transport/splice.ts'
import { WireError } from '../wire/bytes.ts'
import { frameType } from '../wire/frame.ts'
import { decodeOpen, encodeFailed, encodeOpened } from '../wire/messages.ts'
import { Carrier } from './carrier.ts'
import type { FramedSocket } from './framed-socket.ts'

/** Dials a target; rejects with a `target-…` RelayError. */
export type Dial = (target: Target, options: { signal: AbortSignal }) => Promise<Socket>

/** The agent's end of a carrier: for each OPEN it dials the target, says how that went, and joins the two. */
export function serveCarrier(framed: FramedSocket, dial: Dial): void {
  let dialling: AbortController | undefined
  const carrier: Carrier = new Carrier(framed, {
    onMessage: (type, body) => {
      if (type !== frameType.open || dialling) throw new WireError(`frame of type ${type} instead of OPEN`)
      const { number, host, port } = decodeOpen(body)
      const abort = new AbortController()
      dialling = abort
      void open(carrier, number, dial({ host, port }, { signal: abort.signal })).finally(() => {
        dialling = undefined
      })
    },
    onIdle: () => undefined,
  })
  void framed.closed.then(() => dialling?.abort())
}

async function open(carrier: Carrier, number: number, dialled: Promise<Socket>): Promise<void> {
  const { framed } = carrier
  let socket: Socket
  try {
    socket = await dialled
  } catch (error) {
    const code = error instanceof RelayError ? error.code : 'target-unreachable'
    const message = error instanceof Error ? error.message : String(error)
    framed.answer(encodeFailed({ number, code, message }))
    return
  }
  if (framed.isClosed) {
    socket.destroy()
    return
  }
  const stream = carrier.startStream(number)
  framed.send(encodeOpened(number))
  void splice(stream, socket)
}
