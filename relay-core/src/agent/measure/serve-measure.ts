import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import type { KindServer } from '../../native/carriers/serve-carrier.ts'
import { resetStream } from '../../net/stream/splice.ts'

/** Of the spec (wire.md §5): a relay gets no more out of an agent than this. */
const limits = { requestBytes: 65_536, streamBytes: 8 * 1024 * 1024, streamMs: 10_000 }
/** What waits to be sent; beyond it the next request is not read. */
const maxWaitingBytes = 256 * 1024
const headLength = 5
const what = { echo: 0, take: 1, give: 2 } as const

const done = Buffer.of(1)
const payload = Buffer.alloc(limits.requestBytes)

/** One measurement at a time: a second one would measure the first, and many would be a load. */
export function measureServer(): KindServer {
  let isMeasuring = false
  return () => {
    if (isMeasuring)
      return Promise.reject(
        new RelayError('target-denied', 'Another measurement of this lab box is under way.'),
      )
    isMeasuring = true
    const end = () => {
      isMeasuring = false
    }
    return Promise.resolve({
      join: (stream) => {
        serveMeasure(stream)
        stream.once('close', end)
      },
      abandon: end,
    })
  }
}

/** Answers the requests of a measurement until the relay ends it, or asks for more than it may. */
export function serveMeasure(stream: Duplex, { streamMs } = limits): void {
  let head = Buffer.alloc(0)
  let toTake = 0
  let bytesLeft = limits.streamBytes
  const timer = setTimeout(() => resetStream(stream), streamMs)
  stream.once('close', () => clearTimeout(timer))
  stream.on('error', () => undefined)

  const answer = (bytes: Buffer) => {
    stream.write(bytes)
    if (stream.writableLength > maxWaitingBytes) stream.pause()
  }
  stream.on('drain', () => stream.resume())
  /** False: it may not ask for this. */
  const begin = (asked: number, bytes: number): boolean => {
    bytesLeft -= bytes + headLength
    if (bytes > limits.requestBytes || bytesLeft < 0) return false
    if (asked === what.echo && bytes === 0) answer(done)
    else if (asked === what.give && bytes > 0) answer(payload.subarray(0, bytes))
    else if (asked === what.take && bytes > 0) toTake = bytes
    else return false
    return true
  }
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk
    while (rest.length > 0 && !stream.destroyed) {
      if (toTake > 0) {
        const taken = Math.min(toTake, rest.length)
        toTake -= taken
        rest = rest.subarray(taken)
        if (toTake === 0) answer(done)
        continue
      }
      const missing = headLength - head.length
      head = Buffer.concat([head, rest.subarray(0, missing)])
      rest = rest.subarray(missing)
      if (head.length < headLength) return
      const isAllowed = begin(head.readUInt8(0), head.readUInt32BE(1))
      head = Buffer.alloc(0)
      if (!isAllowed) return resetStream(stream)
    }
  })
  stream.on('end', () => stream.end())
}
