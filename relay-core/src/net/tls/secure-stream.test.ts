import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'
import { createSecureContext } from 'node:tls'
import { afterEach, expect, it } from 'vitest'
import { filesWith } from '../../testing/source-files.ts'
import { createIdentity } from './identity.ts'
import { secureAsClient, secureAsServer } from './secure-stream.ts'

const { keyPem, certPem } = createIdentity()
const secureContext = createSecureContext({ key: keyPem, cert: certPem })
const used: Duplex[] = []

afterEach(() => {
  for (const stream of used.splice(0)) stream.destroy()
})

/** Both ends of TLS over a pair in memory, and what lies beneath each. */
async function secured() {
  const [beneathClient, beneathServer] = duplexPair()
  const server = secureAsServer(beneathServer, { secureContext })
  const client = secureAsClient(beneathClient, { rejectUnauthorized: false })
  for (const stream of [beneathClient, beneathServer, server, client]) {
    used.push(stream)
    stream.on('error', () => undefined)
  }
  await once(client, 'secureConnect')
  return { client, server, beneathClient, beneathServer }
}

it.each(['client', 'server'] as const)(
  'a write of the %s is done when the stream beneath takes more, and not before',
  async (side) => {
    const { client, server, beneathClient, beneathServer } = await secured()
    const [writer, beneath, reader] =
      side === 'client' ? [client, beneathClient, server] : [server, beneathServer, client]
    const piece = Buffer.alloc(1_000_000)
    // The reader takes one unasked.
    await new Promise((resolve) => writer.write(piece, resolve))
    let isDone = false
    writer.write(piece, () => (isDone = true))
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect([isDone, writer.writableNeedDrain, beneath.writableNeedDrain]).toEqual([false, true, true])
    const drained = once(writer, 'drain')
    reader.resume()
    await drained
    expect(isDone).toBe(true)
  },
)

it('a write ends with the stream beneath', async () => {
  const { client, beneathClient } = await secured()
  client.write(Buffer.alloc(1_000_000))
  beneathClient.destroy()
  if (!client.closed) await once(client, 'close')
  expect(client.destroyed).toBe(true)
})

it('nothing else puts TLS on a stream, or opens it', async () => {
  const found = await filesWith(
    /new TLSSocket\(|import \{[^}]*(?<!type )\b(connect|TLSSocket)\b[^}]*\} from 'node:tls'/,
  )
  expect(found).toEqual(['net/tls/secure-stream.ts'])
})
