import type { Duplex } from 'node:stream'
import { FairReading } from '../../net/stream/fair-reading.ts'

/** The rules for the bytes of a flow. */
export interface FlowRules {
  /** Counts them; returns how many may pass: fewer than asked for means that the flow has to end there. */
  take(bytes: number): number
  /** The largest piece that goes in one turn; null while nothing slows the flow. */
  turnBytes(): number | null
  /** Fulfils when a piece of this size may go. */
  turn(bytes: number): Promise<void>
  /** The last allowed byte has been written. */
  onExhausted(): void
}

/**
 * Passes bytes and the orderly end from one stream to the other, under rules that may change at any time. A side that does
 * not read stops the other side's sender. Everything else is up to the code that joined them.
 */
export function flow(from: Duplex, to: Duplex, rules: FlowRules): void {
  const reading = new FairReading(from)
  let isExhausted = false
  let hasEnded = false
  const write = (chunk: Buffer): boolean => {
    const allowed = rules.take(chunk.length)
    if (allowed >= chunk.length) return to.write(chunk)
    isExhausted = true
    reading.hold()
    if (allowed > 0) to.write(chunk.subarray(0, allowed), () => rules.onExhausted())
    else rules.onExhausted()
    return true
  }
  /** While a chunk goes out piece by piece. */
  let isTrickling = false
  const trickle = async (chunk: Buffer) => {
    let rest = chunk
    while (rest.length > 0 && !isExhausted && !to.destroyed) {
      const piece = rest.subarray(0, rules.turnBytes() ?? rest.length)
      await rules.turn(piece.length)
      if (to.destroyed) return
      const isReady = write(piece)
      rest = rest.subarray(piece.length)
      if (!isReady) await drained(to)
    }
  }
  from.on('data', (chunk: Buffer) => {
    if (isExhausted) return
    if (rules.turnBytes() === null) {
      if (!write(chunk)) reading.hold()
      reading.took(chunk.length)
      return
    }
    reading.hold()
    isTrickling = true
    void trickle(chunk).finally(() => {
      isTrickling = false
      if (isExhausted) return
      if (hasEnded) to.end()
      else reading.release()
    })
  })
  to.on('drain', () => {
    if (!isTrickling && !isExhausted) reading.release()
  })
  from.on('end', () => {
    // Some streams say so while they are paused.
    hasEnded = true
    if (!isTrickling) to.end()
  })
}

/** Fulfils when `stream` accepts more, or will never accept anything again. */
function drained(stream: Duplex): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
  })
}
