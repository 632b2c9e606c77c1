import { duplexPair, type Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { encodeEnd } from '../../wire/stream-messages.ts'
import { FramedSocket } from '../carriers/framed-socket.ts'
import { KeepingBudget } from './keeping-budget.ts'
import type { SurvivingLink } from './surviving-link.ts'
import { SurvivingVisits } from './surviving-visits.ts'

const visitId = new Uint8Array(16)
const turn = () => new Promise((resolve) => setImmediate(resolve))

function visited(visits: SurvivingVisits): { link: SurvivingLink; visitor: Duplex } {
  const [here, visitor] = duplexPair()
  const framed = new FramedSocket(here)
  const link = visits.begin(framed, { visitId, move: () => undefined })(() => true)
  framed.start()
  return { link, visitor }
}

it('does not wait for a visitor that has left without a word', async () => {
  const visits = new SurvivingVisits(new KeepingBudget(1_000_000))
  const { link, visitor } = visited(visits)
  visitor.destroy()
  await link.closed
  expect(visits.size).toBe(0)
})

it('waits for one that has said something, until the relay ends', async () => {
  const visits = new SurvivingVisits(new KeepingBudget(1_000_000))
  const { link, visitor } = visited(visits)
  visitor.write(encodeEnd())
  for (let turns = 0; turns < 5; turns += 1) await turn()
  visitor.destroy()
  for (let turns = 0; turns < 5; turns += 1) await turn()
  expect([link.isCut, link.isClosed, visits.size]).toEqual([true, false, 1])
  visits.close()
  await link.closed
  expect(visits.size).toBe(0)
})
