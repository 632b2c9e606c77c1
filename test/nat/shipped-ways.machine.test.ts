import { expect, test } from 'vitest'
import { DirectLab, echoed } from './direct-lab.ts'
import type { NatLabOptions } from './nat-lab.ts'

const megabytes = 4

/** What the shipped programs make of a pair of homes, and how much of a copy there and back has passed the relay's card, in bytes. */
async function copied(nets: NatLabOptions, wayFound: RegExp, direct: 'yes' | 'guess' = 'yes') {
  await using lab = await DirectLab.open(nets, { direct })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  await lab.saysOfWay(wayFound)
  await using second = lab.connect()
  const before = lab.bytesAtRelay()
  expect(await echoed(second, megabytes)).toBe(true)
  return { passedRelay: lab.bytesAtRelay() - before, status: await lab.status('visitor') }
}

// The pairs that direct.machine.test.ts leaves out, and that punch.machine.test.ts looks at without the programs.
test.for([
  { first: 'open', second: 'cone' },
  { first: 'full', second: 'full' },
  { first: 'full', second: 'cone' },
  { first: 'full', second: 'sym' },
  { first: 'sym', second: 'open' },
  { first: 'cone', second: 'same' },
  { first: 'sym', second: 'sym', ipv6: true },
] as const)('$first and $second: npc goes past the relay', async (nets) => {
  const { passedRelay, status } = await copied(nets, /private tunnel way=direct/)
  expect(passedRelay).toBeLessThan(megabytes * 250_000)
  expect(status).toMatch(/goes direct, \d+ ms/)
})

test('cone and sym: npc goes past the relay where ports may be guessed', async () => {
  const { passedRelay } = await copied({ first: 'cone', second: 'sym' }, /private tunnel way=direct/, 'guess')
  expect(passedRelay).toBeLessThan(megabytes * 250_000)
})

test.for([
  { first: 'cone', second: 'sym' },
  { first: 'udpblock', second: 'full' },
  { first: 'cone', second: 'udpblock' },
] as const)('$first and $second: npc goes by the relay', async (nets) => {
  const { passedRelay, status } = await copied(nets, /private tunnel goes by the relay/)
  // There and back, in and out of the relay.
  expect(passedRelay).toBeGreaterThan(megabytes * 4_000_000)
  expect(status).toMatch(/goes through the server: /)
})
