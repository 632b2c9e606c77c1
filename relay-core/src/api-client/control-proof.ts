import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { readExactly } from '../net/stream/read-exactly.ts'
import type { Secret } from '../secret.ts'

const challengeBytes = 32
const proofBytes = 32

/** The end of the connection that does not prove what it should. */
export class WrongProof extends Error {
  constructor() {
    super('the other end does not know the admin key of this relay')
    this.name = 'WrongProof'
  }
}

/**
 * The relay's side of a new connection on a pipe. Each side sends 32 random bytes; the caller answers first with the HMAC of
 * both under the admin key, then the relay. The key itself does not cross the pipe, for another account may have made
 * one of that name; the caller goes first, so that nobody collects the relay's proofs.
 *
 * @throws WrongProof, EarlyEnd, or the signal's reason
 */
export async function acceptProof(
  stream: Duplex,
  key: Secret,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const own = randomBytes(challengeBytes)
  stream.write(own)
  const theirs = await readExactly(stream, challengeBytes, { signal })
  const challenges = Buffer.concat([own, theirs])
  await expectProof(stream, proofOf(key, 'caller', challenges), { signal })
  stream.write(proofOf(key, 'relay', challenges))
}

/** The caller's side. @throws as `acceptProof` */
export async function giveProof(
  stream: Duplex,
  key: Secret,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const own = randomBytes(challengeBytes)
  const theirs = await readExactly(stream, challengeBytes, { signal })
  const challenges = Buffer.concat([theirs, own])
  stream.write(Buffer.concat([own, proofOf(key, 'caller', challenges)]))
  await expectProof(stream, proofOf(key, 'relay', challenges), { signal })
}

async function expectProof(
  stream: Duplex,
  expected: Buffer,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  if (!timingSafeEqual(await readExactly(stream, proofBytes, { signal }), expected)) throw new WrongProof()
}

function proofOf(key: Secret, side: 'caller' | 'relay', challenges: Buffer): Buffer {
  return createHmac('sha256', key.reveal())
    .update(`nps-desktop control 1 ${side}\0`)
    .update(challenges)
    .digest()
}
