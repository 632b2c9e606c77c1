/**
 * Frames of the stock mux: `u8 flag | i32le stream id`, then a body by the flag. Pure: bytes in, calls out.
 * relay-core/spec/nps-compat.md §5 has the table.
 */

export const muxFlag = {
  ping: 0,
  opened: 1,
  openFailed: 2,
  data: 3,
  dataPart: 4,
  window: 5,
  open: 6,
  close: 7,
  pong: 8,
} as const

/** The largest body of a data, ping or pong frame: a longer one makes a stock peer drop the link. */
export const maxMuxPayload = 4085
export const dataHeadBytes = 7
const bareBytes = 5
const windowBytes = 13
const windowMask = 0x7fffffff
/** Pings belong to no stream. */
const linkId = -1

export interface MuxFrameHandler {
  ping(payload: Buffer): void
  pong(payload: Buffer): void
  open(id: number): void
  opened(id: number): void
  openFailed(id: number): void
  /** `last` ends a message; tcp payload has no messages and ignores it. */
  data(id: number, payload: Buffer, last: boolean): void
  window(id: number, consumed: number, max: number): void
  close(id: number): void
}

export function encodeBare(flag: number, id: number): Buffer {
  const out = Buffer.allocUnsafe(bareBytes)
  out[0] = flag
  out.writeInt32LE(id, 1)
  return out
}

/** `consumed` since the last report and the whole window, each below 2^31. */
export function encodeWindow(id: number, consumed: number, max: number): Buffer {
  const out = Buffer.allocUnsafe(windowBytes)
  out[0] = muxFlag.window
  out.writeInt32LE(id, 1)
  out.writeUInt32LE(consumed, 5)
  out.writeUInt32LE(max, 9)
  return out
}

/** A ping, or the pong that gives its payload back; 1 to 4085 bytes. */
export function encodePing(flag: typeof muxFlag.ping | typeof muxFlag.pong, payload: Buffer): Buffer {
  return encodeData(flag, linkId, payload)
}

export function encodeData(flag: number, id: number, payload: Buffer): Buffer {
  if (payload.length === 0 || payload.length > maxMuxPayload) {
    throw new RangeError(`a mux frame holds 1 to ${maxMuxPayload} bytes, not ${payload.length}`)
  }
  const out = Buffer.allocUnsafe(dataHeadBytes + payload.length)
  writeDataFrame(out, 0, flag, id, payload, 0, payload.length)
  return out
}

/** How many bytes `encodeDataRun` makes of a payload. */
export function dataRunBytes(payloadBytes: number): number {
  return payloadBytes + dataHeadBytes * Math.ceil(payloadBytes / maxMuxPayload)
}

/** A payload of any length as frames in one buffer; all but the last are parts, and so is the last unless `ends`. */
export function encodeDataRun(id: number, payload: Buffer, ends: boolean): Buffer {
  const out = Buffer.allocUnsafe(dataRunBytes(payload.length))
  let end = 0
  for (let at = 0; at < payload.length; at += maxMuxPayload) {
    const stop = Math.min(at + maxMuxPayload, payload.length)
    const flag = stop === payload.length && ends ? muxFlag.data : muxFlag.dataPart
    end = writeDataFrame(out, end, flag, id, payload, at, stop)
  }
  return out
}

function writeDataFrame(
  out: Buffer,
  at: number,
  flag: number,
  id: number,
  payload: Buffer,
  start: number,
  stop: number,
): number {
  out[at] = flag
  out.writeInt32LE(id, at + 1)
  out.writeUInt16LE(stop - start, at + 5)
  payload.copy(out, at + dataHeadBytes, start, stop)
  return at + dataHeadBytes + stop - start
}

/** Takes bytes in any pieces and calls the handler once per frame; holds back less than one frame. */
export class MuxFrameDecoder {
  #rest: Buffer = Buffer.alloc(0)
  readonly #handler: MuxFrameHandler

  constructor(handler: MuxFrameHandler) {
    this.#handler = handler
  }

  /** Payloads are views of `chunk` where they can be. Throws a `RangeError` on a frame that breaks the limits. */
  decode(chunk: Buffer): void {
    let at = 0
    while (this.#rest.length > 0) {
      const wanted = bytesToKnow(this.#rest, 0, this.#rest.length)
      const taken = chunk.subarray(at, at + wanted - this.#rest.length)
      at += taken.length
      const frame = Buffer.concat([this.#rest, taken])
      this.#rest = frame
      if (frame.length < wanted) return
      if (bytesToKnow(frame, 0, frame.length) > frame.length) continue
      this.#rest = Buffer.alloc(0)
      this.#frame(frame, 0)
    }
    while (at < chunk.length) {
      const length = bytesToKnow(chunk, at, chunk.length)
      if (at + length > chunk.length) {
        // A copy: a view would keep the whole chunk alive for a few bytes.
        this.#rest = Buffer.from(chunk.subarray(at))
        return
      }
      this.#frame(chunk, at)
      at += length
    }
  }

  #frame(bytes: Buffer, at: number): void {
    const id = bytes.readInt32LE(at + 1)
    const flag = bytes[at] as number
    switch (flag) {
      case muxFlag.data:
      case muxFlag.dataPart:
        return this.#handler.data(id, payloadAt(bytes, at), flag === muxFlag.data)
      case muxFlag.window:
        return this.#handler.window(
          id,
          bytes.readUInt32LE(at + 5) & windowMask,
          bytes.readUInt32LE(at + 9) & windowMask,
        )
      case muxFlag.ping:
        return this.#handler.ping(payloadAt(bytes, at))
      case muxFlag.pong:
        return this.#handler.pong(payloadAt(bytes, at))
      case muxFlag.open:
        return this.#handler.open(id)
      case muxFlag.opened:
        return this.#handler.opened(id)
      case muxFlag.openFailed:
        return this.#handler.openFailed(id)
      case muxFlag.close:
        return this.#handler.close(id)
      default:
        // Stock peers read an unknown flag as five bytes and go on; so do we.
        return undefined
    }
  }
}

function payloadAt(bytes: Buffer, at: number): Buffer {
  const start = at + dataHeadBytes
  return bytes.subarray(start, start + bytes.readUInt16LE(at + bareBytes))
}

/** The length of the frame at `at`, or, where its length field is not there yet, of its head. */
function bytesToKnow(bytes: Buffer, at: number, end: number): number {
  const flag = bytes[at] as number
  if (flag === muxFlag.window) return windowBytes
  if (flag !== muxFlag.data && flag !== muxFlag.dataPart && flag !== muxFlag.ping && flag !== muxFlag.pong)
    return bareBytes
  if (end - at < dataHeadBytes) return dataHeadBytes
  const length = bytes.readUInt16LE(at + bareBytes)
  // An empty ping kills a stock link; empty data has no meaning and is ignored.
  const empty = length === 0 && (flag === muxFlag.ping || flag === muxFlag.pong)
  if (empty || length > maxMuxPayload)
    throw new RangeError(`a mux frame of flag ${flag} with ${length} bytes`)
  return dataHeadBytes + length
}
