import { once } from 'node:events'
import { Duplex, duplexPair } from 'node:stream'
import { expect, it } from 'vitest'
import { createIdentity } from '../../net/tls/identity.ts'
import { maxRecordBytes, secureAsClient, secureAsServer } from '../../net/tls/secure-stream.ts'
import { RecordSize, restMs, smallRecordBytes, startBytes } from './record-size.ts'

const { keyPem: key, certPem: cert } = createIdentity()
const identity = { key, cert, minVersion: 'TLSv1.3' } as const

/** What TLS adds to a record: five bytes before it, and the type and the tag of 16 bytes inside it. */
const headerBytes = 5
const addedBytes = 17

/** The lengths of the records that begin in these bytes. */
function recordLengths(wire: Buffer): number[] {
  const lengths: number[] = []
  for (let at = 0; at + headerBytes <= wire.length; at += headerBytes + (lengths.at(-1) ?? 0))
    lengths.push(wire.readUInt16BE(at + 3))
  return lengths
}

/** The largest record of four bursts: the first, one right after it, one a moment later, and one after a rest. */
async function largestRecords(): Promise<number[]> {
  const [near, far] = duplexPair()
  let sent: Buffer[] = []
  const tapped = new Duplex({
    read: () => void near.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      sent.push(chunk)
      near.write(chunk, done)
    },
    final: (done) => void near.end(done),
  })
  near.on('data', (chunk: Buffer) => tapped.push(chunk)).on('end', () => tapped.push(null))
  const reader = secureAsClient(far, { rejectUnauthorized: false, minVersion: 'TLSv1.3' })
  const writer = secureAsServer(tapped, identity)
  let arrivedBytes = 0
  reader.on('data', (chunk: Buffer) => (arrivedBytes += chunk.length))
  await once(reader, 'secureConnect')
  let nowMs = 0
  const records = new RecordSize(writer, () => nowMs)
  const largestOf = async (bytes: number) => {
    sent = []
    records.sends(bytes)
    await new Promise<void>((resolve, reject) =>
      writer.write(Buffer.alloc(bytes), (error) => (error ? reject(error) : resolve())),
    )
    return Math.max(...recordLengths(Buffer.concat(sent)))
  }
  const largest: number[] = []
  try {
    for (const [waitMs, bytes] of [
      [0, startBytes],
      [0, 64 * 1024],
      [restMs - 1, 64 * 1024],
      [restMs, 64 * 1024],
    ] as const) {
      nowMs += waitMs
      largest.push(await largestOf(bytes))
    }
  } finally {
    writer.end()
    await once(reader, 'end')
    reader.destroy()
    writer.destroy()
  }
  expect(arrivedBytes).toBe(startBytes + 3 * 64 * 1024)
  return largest
}

const small = smallRecordBytes + addedBytes
const large = maxRecordBytes + addedBytes
const isBun = process.versions['bun'] !== undefined

it.skipIf(!isBun)(
  'sends small records at the start and after a rest, and the largest in between',
  async () => {
    expect(await largestRecords()).toEqual([small, large, large, small])
  },
)

it.skipIf(isBun)('leaves the records of Node as they are', async () => {
  expect(await largestRecords()).toEqual([large, large, large, large])
})
