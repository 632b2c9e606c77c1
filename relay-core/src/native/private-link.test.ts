import { once } from 'node:events'
import { duplexPair, Transform, type Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { createIdentity } from '../net/tls/identity.ts'
import { PrivateAcceptor, visitPrivately } from './private-link.ts'
import { privateVerifier } from './proofs.ts'

const identity = createIdentity()
const acceptor = new PrivateAcceptor(identity)
const verifier = privateVerifier('a password of the tunnel')
const { signal } = new AbortController()
const used = new Set<Duplex>()

afterEach(() => {
  for (const stream of used) stream.destroy()
  used.clear()
})

function wire(): [Duplex, Duplex] {
  const pair = duplexPair()
  for (const stream of pair) used.add(stream)
  return pair
}

async function linked({
  agent = acceptor,
  visitorKnows = verifier,
  agentKnows = verifier,
  checkFingerprint = () => undefined,
  ends = wire(),
  takesPacked = true,
}: {
  agent?: PrivateAcceptor
  visitorKnows?: Uint8Array
  agentKnows?: Uint8Array
  checkFingerprint?: (fingerprint: string) => void
  ends?: [Duplex, Duplex]
  takesPacked?: boolean
} = {}) {
  const [visiting, accepting] = await Promise.allSettled([
    visitPrivately(ends[0], { verifier: visitorKnows, checkFingerprint, takesPacked, signal }),
    agent.accept(ends[1], { verifier: agentKnows, signal }),
  ])
  return { visiting, accepting, ends }
}

async function streams(
  ends?: [Duplex, Duplex],
  takesPacked = true,
): Promise<{ here: Duplex; there: Duplex; ends: [Duplex, Duplex] }> {
  const { visiting, accepting, ends: wires } = await linked({ takesPacked, ...(ends && { ends }) })
  if (visiting.status !== 'fulfilled' || accepting.status !== 'fulfilled') throw new Error('not linked')
  return { here: visiting.value.inside, there: accepting.value, ends: wires }
}

describe('a private link', () => {
  it('shows the agent’s key to the visitor and carries both directions, each with its own end', async () => {
    const { visiting, accepting, ends } = await linked()
    if (visiting.status !== 'fulfilled' || accepting.status !== 'fulfilled') throw new Error('not linked')
    expect(visiting.value.fingerprint).toBe(identity.fingerprint)
    const here = visiting.value.inside
    const there = accepting.value
    here.end('question')
    expect(await text(there)).toBe('question')
    there.end('answer')
    expect(await text(here)).toBe('answer')
    await Promise.all(ends.map((end) => end.closed || once(end, 'close')))
  })

  it('passes a reset on', async () => {
    const { here, there } = await streams()
    here.on('error', () => undefined)
    here.destroy(new Error('gone'))
    await new Promise((resolve) => there.on('error', resolve))
    expect(there.errored).toMatchObject({ code: 'ECONNRESET' })
  })

  it('takes an end that nobody inside has said for a reset', async () => {
    const { here, there, ends } = await streams()
    here.write('half of it')
    await once(there, 'data')
    const failed = new Promise((resolve) => there.on('error', resolve))
    here.on('error', () => undefined)
    ends[0].end()
    expect(await failed).toMatchObject({ code: 'ECONNRESET' })
  })

  it('ends when the stream beneath it is lost', async () => {
    const { here, there, ends } = await streams()
    const failures = [here, there].map((stream) => new Promise((resolve) => stream.on('error', resolve)))
    for (const end of ends) end.destroy()
    expect(await Promise.all(failures)).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }])
  })

  it('lets nobody in who does not know the verifier', async () => {
    const { visiting, accepting } = await linked({ visitorKnows: privateVerifier('another password') })
    expect(accepting).toMatchObject({ reason: { code: 'wrong-password' } })
    expect(visiting).toMatchObject({ reason: { code: 'agent-unproved' } })
  })

  it('does not take somebody for the agent who only repeats the visitor’s proof', async () => {
    // Whoever stands in between can end TLS on both sides, but each side has another binding.
    const [toVisitor, fromVisitor] = wire()
    const [toAgent, fromAgent] = wire()
    const impostor = new PrivateAcceptor(createIdentity())
    const visiting = visitPrivately(fromVisitor, { verifier, checkFingerprint: () => undefined, signal })
    const between = impostor.accept(toVisitor, { verifier: privateVerifier('a guess'), signal })
    const accepting = acceptor.accept(fromAgent, { verifier, signal })
    toAgent.end()
    const [visitor, man, agent] = await Promise.allSettled([visiting, between, accepting])
    expect(visitor).toMatchObject({ reason: { code: 'agent-unproved' } })
    expect(man).toMatchObject({ reason: { code: 'wrong-password' } })
    expect(agent).toMatchObject({ reason: { code: 'agent-unproved' } })
  })

  it('proves nothing to an agent whose key is not the right one', async () => {
    const { visiting, accepting } = await linked({
      checkFingerprint: (found) => {
        throw new Error(`not ${found}`)
      },
    })
    expect(visiting).toMatchObject({ reason: { message: `not ${identity.fingerprint}` } })
    expect(accepting).toMatchObject({ reason: { code: 'agent-unproved' } })
  })

  it('ends with a peer that speaks no TLS', async () => {
    const [a, b] = wire()
    const accepting = acceptor.accept(b, { verifier, signal })
    a.write('GET / HTTP/1.1\r\n\r\n')
    a.resume()
    await expect(accepting).rejects.toMatchObject({ code: 'agent-unproved' })
  })

  it('carries what the agent has packed where the visitor takes it, and only there', async () => {
    const words = Buffer.from('the quick brown fox '.repeat(3_000))
    const answered = async (takesPacked: boolean) => {
      const ends = wire()
      let seen = 0
      ends[0].on('data', (chunk: Buffer) => (seen += chunk.length))
      const { here, there } = await streams(ends, takesPacked)
      there.end(words)
      expect(await text(here)).toBe(words.toString())
      here.end()
      return seen
    }
    expect(await answered(true)).toBeLessThan(words.length / 4)
    expect(await answered(false)).toBeGreaterThan(words.length)
  })

  it('carries 30 MB there and back without a word in the clear', async () => {
    const [outerA, innerA] = wire()
    const [outerB, innerB] = wire()
    const word = 'the quick brown fox '
    let seen = 0
    let found = false
    const tap = () =>
      new Transform({
        transform: (chunk: Buffer, _encoding, done) => {
          seen += chunk.length
          found ||= chunk.includes(word)
          done(null, chunk)
        },
      })
    innerA.pipe(tap()).pipe(innerB)
    innerB.pipe(tap()).pipe(innerA)
    const { here, there } = await streams([outerA, outerB])
    there.pipe(there)
    const sent = word.repeat(1_500_000)
    here.end(sent)
    expect((await text(here)) === sent).toBe(true)
    // On the way back some of it may be packed.
    expect(seen).toBeGreaterThan(sent.length)
    expect(found).toBe(false)
  })
})
