import type { Readable } from 'node:stream'
import { untilEvent } from '../../async/wait/until-event.ts'

/** The peer ended the connection before a message was complete. */
export class EarlyEnd extends Error {
  constructor(options?: ErrorOptions) {
    super('the peer closed the connection in the middle of a message', options)
    this.name = 'EarlyEnd'
  }
}

/**
 * Takes exactly `count` bytes from a paused stream; what follows stays in the stream for whoever reads next.
 * Rejects with `EarlyEnd`, the stream's error, or the signal's reason.
 */
export async function readExactly(
  stream: Readable,
  count: number,
  { signal }: { signal: AbortSignal },
): Promise<Buffer> {
  const parts: Buffer[] = []
  let missing = count
  while (missing > 0) {
    signal.throwIfAborted()
    // Only what is there: asking for more immediately announces that less is "readable", in an endless loop.
    const available = Math.min(missing, stream.readableLength)
    const part = available > 0 ? (stream.read(available) as Buffer | null) : null
    if (part) {
      parts.push(part)
      missing -= part.length
    } else {
      if (stream.readableEnded || stream.destroyed)
        throw new EarlyEnd(stream.errored ? { cause: stream.errored } : undefined)
      await untilEvent(stream, readableAgain, { signal })
    }
  }
  return Buffer.concat(parts)
}

const readableAgain = {
  readable: () => undefined,
  end: () => {
    throw new EarlyEnd()
  },
  close: () => {
    throw new EarlyEnd()
  },
  error: (cause: Error) => {
    throw new EarlyEnd({ cause })
  },
}
