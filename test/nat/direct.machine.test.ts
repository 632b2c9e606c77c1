import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DirectLab, echoed, patience } from './direct-lab.ts'

const cutMs = 12_000

const directNow = /goes direct, \d+ ms/

test('a private tunnel goes directly between two homes, and by the relay again when UDP is cut, within one connection', async () => {
  await using lab = await DirectLab.open({ first: 'cone', second: 'cone' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  await lab.saysOfWay(/private tunnel way=direct/)
  await using second = lab.connect()
  expect(await echoed(second, 4)).toBe(true)
  expect(await lab.status('visitor')).toMatch(/port 2000 of this machine goes direct, \d+ ms, since /)
  expect(await lab.status('agent')).toMatch(/A visitor at 203\.0\.113\.2:\d+ comes directly, \d+ ms\./)
  lab.cutUdp()
  expect(await echoed(second, 3)).toBe(true)
  await lab.visitor.says(/private tunnel way="by the relay"/, patience)
  expect(await lab.status('visitor')).toMatch(
    /goes through the server: the direct way lets nothing through any more; .*last direct at /,
  )
  // The agent reports what has gone past the relay, once a second.
  await expect.poll(() => lab.countedBytes(), { timeout: 60_000 }).toBeGreaterThan(2 * 4_000_000)
  await using third = lab.connect()
  expect(await echoed(third, 2)).toBe(true)
})

test('copies go on byte for byte, directly and by the relay, when the laptop is cut off and when it goes to another network', async () => {
  await using lab = await DirectLab.open({ first: 'cone', second: 'cone' })
  await using byRelay = lab.connect()
  expect(await echoed(byRelay, 1)).toBe(true)
  await lab.visitor.says(/private tunnel way=direct/, patience)
  await using direct = lab.connect()
  const copies = [byRelay, direct]
  const underWay = async (megabytes: number) => {
    for (const copy of copies) copy.say(String(megabytes))
    await Promise.all(copies.map((copy) => copy.heard(`quarter${megabytes}`)))
  }
  const whole = (megabytes: number) =>
    Promise.all(copies.map(async (copy) => (await copy.heard(`echoed${megabytes}`))[`echoed${megabytes}`]))
  await underWay(32)
  lab.cut()
  // Longer than what ends a link of an agent.
  await delay(cutMs)
  lab.restore()
  expect(await whole(32)).toEqual([true, true])
  await expect.poll(() => lab.status('visitor'), { timeout: 60_000 }).toMatch(directNow)
  await underWay(24)
  const { written } = lab.visitor
  lab.moveLaptop()
  expect(await whole(24)).toEqual([true, true])
  await lab.visitor.says(/private tunnel way="by the relay"/, { ...patience, from: written })

  // In another network the next visit looks for a way, and the streams of the link go by that too.
  const from = lab.visitor.written
  await using next = lab.connect()
  await lab.visitor.says(/private tunnel way=direct/, { ...patience, from })
  expect(await lab.status('visitor')).toMatch(directNow)
  const before = lab.bytesAtRelay()
  expect(await echoed(direct, 8)).toBe(true)
  expect(lab.bytesAtRelay() - before).toBeLessThan(8 * 250_000)
  expect(await echoed(next, 1)).toBe(true)
}, 150_000)

test('where the networks allow no direct way, it stays with the relay', async () => {
  await using lab = await DirectLab.open({ first: 'sym', second: 'sym' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  await lab.saysOfWay(/private tunnel goes by the relay/)
  expect(await lab.status('visitor')).toContain(
    'the router of this network gives each destination another port',
  )
  expect(await echoed(first, 2)).toBe(true)
})

test('a relay of before direct links, which ends their connections without an answer, carries everything, and only the visitor speaks of it', async () => {
  await using lab = await DirectLab.open({ first: 'open', second: 'open' }, { hasOlderRelay: true })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  const unanswered = 'server or lab box has not answered'
  await lab.visitor.says(new RegExp(`private tunnel goes by the relay reason="${unanswered}"`), patience)
  await using second = lab.connect()
  const before = lab.bytesAtRelay()
  expect(await echoed(second, 2)).toBe(true)
  // There and back, in and out of the relay.
  expect(lab.bytesAtRelay() - before).toBeGreaterThan(2 * 4_000_000)
  expect(await lab.status('visitor')).toContain(`goes through the server: ${unanswered}`)
  for (const output of [lab.visitor.output, lab.agentOutput]) expect(output).not.toMatch(/Z (warn|error) /)
})

test('an owner who wants none has none', async () => {
  await using lab = await DirectLab.open({ first: 'open', second: 'open' }, { direct: 'no' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  expect(lab.visitor.output).not.toMatch(/way=|by the relay/)
})

test('a connection outlives a restart of the relay, which counts it afterwards, and ends it with its tunnel', async () => {
  await using lab = await DirectLab.open({ first: 'open', second: 'open' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  await lab.saysOfWay(/private tunnel way=direct/)
  await using second = lab.connect()
  expect(await echoed(second, 1)).toBe(true)
  await lab.restartRelay(async () => expect(await echoed(second, 3)).toBe(true))
  await expect.poll(() => lab.countedBytes(), { timeout: 60_000 }).toBeGreaterThan(2 * 3_000_000)
  expect(await echoed(second, 2)).toBe(true)
  await lab.ask('tunnel', 'stop', '-id=1')
  await second.heard('closed')
})
