import { createInterface } from 'node:readline'
import { probeKeys } from '../../relay-core/src/direct/punch/probe-keys.ts'
import { RelayAddresses } from '../../relay-core/src/direct/punch/relay-addresses.ts'
import { seekWay } from '../../relay-core/src/direct/punch/seek-way.ts'
import { decodeCandidates, encodeCandidates } from '../../relay-core/src/wire/direct-messages.ts'
import { headerLength } from '../../relay-core/src/wire/frame.ts'

/**
 * One end of a punch, at a place of the NAT lab. Its candidates go out as a line and the peer's come in as one, as they would by the relay's
 * TLS; then a line says which way was found and how long it took from the start of the attempt, and one that it carries packets.
 */
const [role, settings = '{}'] = process.argv.slice(2)
const { keys, seen, relay, mayGuess } = JSON.parse(settings) as {
  keys: string
  seen: { id: string; key: string; port: number; address: string }
  relay: string
  mayGuess: boolean
}
if (role !== 'visitor' && role !== 'agent') throw new Error('visitor or agent')

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (line: object) => console.log(JSON.stringify(line))
say({ ready: true })
// Both are begun together.
await lines.next()
const startedMs = performance.now()
const way = await seekWay({
  role,
  keys: probeKeys(Buffer.from(keys, 'hex'), role),
  heard: new Map(),
  seenFrom: { ...seen, id: Buffer.from(seen.id, 'hex'), key: Buffer.from(seen.key, 'hex') },
  relay,
  relayAddresses: new RelayAddresses(relay),
  mayGuess,
  attempt: 1,
  beginsUnseen: false,
  exchange: async (own) => {
    say({ candidates: Buffer.from(encodeCandidates(own)).toString('hex') })
    const { value = '' } = (await lines.next()) as { value?: string }
    return decodeCandidates(Buffer.from(value, 'hex').subarray(headerLength))
  },
  signal: new AbortController().signal,
})
say({ way: way ? `${way.peer.address}` : 'relay', ms: Math.round(performance.now() - startedMs) })
way?.onPacket((packet) => {
  if (role === 'visitor') say({ echo: Buffer.from(packet).toString() })
  else way.send(packet)
})
// The agent may be a moment later.
const asking = role === 'visitor' ? setInterval(() => way?.send(Buffer.from('hello')), 20) : undefined
await lines.next()
clearInterval(asking)
way?.close()
process.exit()
