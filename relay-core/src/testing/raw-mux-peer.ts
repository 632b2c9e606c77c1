import { EventEmitter, once } from 'node:events'
import type { Duplex } from 'node:stream'
import { MuxFrameDecoder } from '../stock/mux/mux-frames.ts'

export interface SeenFrame {
  flag: string
  id: number
  payload: Buffer
  consumed: number
  max: number
}

const nothing = Buffer.alloc(0)

/** For tests: the far end of a mux that writes down every frame and sends only what it is told to. */
export class RawMuxPeer {
  readonly carrier: Duplex
  readonly frames: SeenFrame[] = []
  readonly #seen = new EventEmitter()
  #next = 0

  constructor(carrier: Duplex) {
    this.carrier = carrier
    const note = (flag: string, id: number, rest: Partial<SeenFrame> = {}) => {
      this.frames.push({ flag, id, payload: nothing, consumed: 0, max: 0, ...rest })
      this.#seen.emit('frame')
    }
    const decoder = new MuxFrameDecoder({
      ping: (payload) => note('ping', -1, { payload }),
      pong: (payload) => note('pong', -1, { payload }),
      open: (id) => note('open', id),
      opened: (id) => note('opened', id),
      openFailed: (id) => note('openFailed', id),
      data: (id, payload, last) => note(last ? 'data' : 'part', id, { payload }),
      window: (id, consumed, max) => note('window', id, { consumed, max }),
      close: (id) => note('close', id),
    })
    carrier.on('data', (chunk: Buffer) => decoder.decode(chunk))
    carrier.on('error', () => undefined)
  }

  send(bytes: Buffer): void {
    this.carrier.write(bytes)
  }

  stopReading(): void {
    this.carrier.pause()
  }

  flags(): string[] {
    return this.frames.map((frame) => frame.flag)
  }

  /** Payload bytes seen on one stream. */
  bytesOf(id: number): number {
    return this.frames.reduce((sum, frame) => sum + (frame.id === id ? frame.payload.length : 0), 0)
  }

  /** The next frame with this flag, after the last one that was asked for. */
  async next(flag: string, suits: (frame: SeenFrame) => boolean = () => true): Promise<SeenFrame> {
    for (;;) {
      while (this.#next < this.frames.length) {
        const frame = this.frames[this.#next++] as SeenFrame
        if (frame.flag === flag && suits(frame)) return frame
      }
      await once(this.#seen, 'frame', { signal: AbortSignal.timeout(10_000) })
    }
  }
}
