import { Duplex } from 'node:stream'

/** A connection in memory: the test says what comes, and what is sent is only counted. */
export class FakeSocket extends Duplex {
  writtenBytes = 0

  /** With `end`, the peer ends after `parts`. */
  constructor(parts: readonly Buffer[] = [], end = false) {
    super({ allowHalfOpen: true })
    for (const part of parts) this.push(part)
    if (end) this.push(null)
    // An error is always followed by `close`.
    this.on('error', () => undefined)
  }

  override _read(): void {
    // What comes is pushed by the test.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writtenBytes += chunk.length
    done()
  }
}

/** Lets everything run that is due now. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
