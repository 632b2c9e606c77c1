import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import { WireError } from '../../wire/bytes.ts'
import { frameType } from '../../wire/frame.ts'
import {
  decodeOpen,
  encodeFailed,
  encodeOpened,
  streamKind,
  type Failed,
  type Open,
} from '../../wire/stream-messages.ts'
import type { PackingLine } from '../packing/stream-packer.ts'
import { Carrier, type CarrierEvents } from './carrier.ts'
import type { FrameLink } from './frame-link.ts'

/** The target is ready and waits for its stream. */
export interface ReachedTarget {
  join(stream: Duplex): void
  /** The carrier was lost meanwhile. */
  abandon(): void
}

/** Prepares what a stream is to be joined to; rejects with a `target-…` RelayError. */
export type KindServer = (open: Open, options: { signal: AbortSignal }) => Promise<ReachedTarget>

/** By the number of the kind (`streamKind`). */
export type KindServers = Readonly<Record<number, KindServer>>

/** A carrier at work. */
export interface ServedCarrier {
  readonly closed: Promise<unknown>
  /** A stream would be lost with its connection. */
  readonly isNeeded: boolean
  /** Ends it, and its stream. Idempotent. */
  destroy(): void
  /** Ends it as soon as it carries no stream. */
  retire(): void
}

/** Kinds of stream whose bytes may be packed: of the others they are encrypted, or their number or pace is what counts. */
const packedKinds: readonly number[] = [streamKind.tcp, streamKind.files]

/**
 * The agent's end of a carrier: for each OPEN it does what the kind asks for, reports the outcome, and joins the two. `line`: what is sent to
 * the relay may be packed.
 */
export function serveCarrier(framed: FrameLink, servers: KindServers, line?: PackingLine): ServedCarrier {
  let isRetired = false
  let opening: AbortController | undefined
  const events: CarrierEvents = {
    onMessage: (type, body) => {
      if (type !== frameType.open || opening) throw new WireError(`frame of type ${type} instead of OPEN`)
      const request = decodeOpen(body)
      const abort = new AbortController()
      opening = abort
      const stream = carrier.beAsked(request.number, { isOpaque: !packedKinds.includes(request.kind) })
      const server = servers[request.kind] ?? refuse
      void server(request, { signal: abort.signal })
        .catch((error: unknown) => failedFor(request, error))
        .then((outcome) => {
          opening = undefined
          answer(carrier, { request, stream, outcome })
        })
    },
    onIdle: () => {
      if (isRetired || framed.isSpent) framed.end()
    },
  }
  const carrier = new Carrier(framed, events, { line })
  void framed.closed.then(() => opening?.abort())
  return {
    closed: framed.closed,
    get isNeeded() {
      return carrier.isNeeded
    },
    destroy: () => framed.destroy(),
    retire: () => {
      isRetired = true
      if (!carrier.isNeeded) framed.destroy()
      else if (!carrier.isBusy) framed.end()
    },
  }
}

const refuse: KindServer = ({ kind }) =>
  Promise.reject(
    new RelayError('mode-unsupported', `This npc does not know streams of kind ${kind}. Update npc.`, {
      kind,
    }),
  )

function failedFor({ number }: Open, error: unknown): Failed {
  const code = error instanceof RelayError ? error.code : 'target-unreachable'
  return { number, code, message: error instanceof Error ? error.message : String(error) }
}

function answer(
  carrier: Carrier,
  { request, stream, outcome }: { request: Open; stream: Duplex; outcome: ReachedTarget | Failed },
): void {
  const { framed } = carrier
  if ('code' in outcome) {
    carrier.refused()
    framed.answer(encodeFailed(outcome))
  } else if (framed.isClosed) {
    outcome.abandon()
  } else {
    framed.send(encodeOpened(request.number))
    carrier.opened()
    outcome.join(stream)
  }
}
