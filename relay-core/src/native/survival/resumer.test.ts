import { duplexPair } from 'node:stream'
import { afterEach, expect, it, vi } from 'vitest'
import { FramedSocket } from '../carriers/framed-socket.ts'
import { Resumer } from './resumer.ts'
import { SurvivingLink } from './surviving-link.ts'
import { SurvivingLinks } from './surviving-links.ts'

afterEach(() => {
  vi.useRealTimers()
})

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('dials twice a second at most for a link whose connections are cut as soon as they are there', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const ended = new AbortController()
  const framed = new FramedSocket(duplexPair()[0])
  const link = new SurvivingLink(framed, { number: 1, place: new SurvivingLinks(), isNeeded: () => true })
  let dialled = 0
  const resumer: Resumer = new Resumer(() => {
    dialled += 1
    setImmediate(() => resumer.add(link))
    return Promise.resolve()
  }, ended)
  resumer.add(link)
  for (let turns = 0; turns < 20; turns += 1) await turn()
  expect(dialled).toBe(1)
  await vi.advanceTimersByTimeAsync(500)
  for (let turns = 0; turns < 20; turns += 1) await turn()
  expect(dialled).toBe(2)
  ended.abort()
  link.onDropped()
})
