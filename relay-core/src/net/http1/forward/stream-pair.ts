import { Duplex } from 'node:stream'

/**
 * Two ends of an in-memory pipe: what is written to one is read from the other, a side that does not read stops the
 * other's writer, and half-close passes through. Unlike `duplexPair` of node:stream an end is done with writing once the other
 * has been told, not once the other has read it: an HTTP client closes its end as soon as the answer is complete.
 */
export function streamPair(): [Duplex, Duplex] {
  const [one, other] = [new PairEnd(), new PairEnd()]
  one.join(other)
  other.join(one)
  return [one, other]
}

class PairEnd extends Duplex {
  #other: PairEnd | undefined
  /** The other's write that waits for this end to read. */
  #waiting: ((error?: Error | null) => void) | undefined

  join(other: PairEnd): void {
    this.#other = other
  }

  accept(chunk: Buffer, done: (error?: Error | null) => void): void {
    if (this.destroyed) done(gone())
    else if (this.push(chunk)) done()
    else this.#waiting = done
  }

  override _read(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#other?.accept(chunk, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#other?.destroyed === false) this.#other.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    const other = this.#other
    // Deferred, so that the code that destroys this end is not interrupted by the other end's reaction.
    setImmediate(() => {
      waiting?.(gone())
      if (other && !other.destroyed && (error || !this.writableFinished)) other.destroy(gone())
    })
    done(error)
  }
}

function gone(): Error {
  return Object.assign(new Error('the other end is gone'), { code: 'ECONNRESET' })
}
