import { duplexPair } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { frameType } from '../../wire/frame.ts'
import { encodeRefused } from '../../wire/hello-messages.ts'
import { encodeEnd } from '../../wire/stream-messages.ts'
import { encodeResumed } from '../../wire/survival-messages.ts'
import { FramedSocket } from '../carriers/framed-socket.ts'
import { answerToResume } from './answer-to-resume.ts'
import { SurvivingLink } from './surviving-link.ts'
import { SurvivingLinks } from './surviving-links.ts'

const opened: SurvivingLink[] = []
afterEach(() => {
  for (const link of opened.splice(0)) link.onDropped()
})

/** A carrier that was cut, and what becomes of it when the relay answers its new connection with `frame`. */
function resumed(frame: Uint8Array) {
  const link = new SurvivingLink(new FramedSocket(duplexPair()[0]), {
    number: 7,
    place: new SurvivingLinks(),
    isNeeded: () => true,
  })
  opened.push(link)
  link.interrupt()
  const [atAgent, atRelay] = duplexPair()
  const answered = answerToResume(link, new FramedSocket(atAgent), { signal: new AbortController().signal })
  atRelay.resume().write(frame)
  return { link, answered, atAgent, atRelay }
}

test('a carrier goes on where the relay has it, and ends where the relay does not have it any more', async () => {
  const found = resumed(encodeResumed(0))
  await found.answered
  const arrived = Promise.withResolvers<number>()
  found.link.receiver = { onMessage: arrived.resolve, onData: () => undefined }
  found.atRelay.write(encodeEnd())
  expect(await arrived.promise).toBe(frameType.end)

  const gone = resumed(encodeRefused({ code: 'not-found', message: 'no such carrier' }))
  await gone.answered
  expect(gone.link.isClosed).toBe(true)
})

test.each([
  ['too many connections', encodeRefused({ code: 'too-many-connections', message: 'wait' })],
  ['a session the relay does not know yet', encodeRefused({ code: 'wrong-key', message: 'who' })],
  ['a code of a newer relay', encodeRefused({ code: 'come-back-later', message: 'later' })],
  ['another message', encodeEnd()],
  ['an answer that breaks off', encodeRefused({ code: '', message: '' }).subarray(0, 5)],
])('%s ends the attempt and not the carrier', async (_, frame) => {
  const { link, answered, atAgent, atRelay } = resumed(frame)
  atRelay.end()
  await expect(answered).rejects.toThrow(/does not resume|closed/)
  expect([link.wantsConnection, atAgent.destroyed]).toEqual([true, true])
})
