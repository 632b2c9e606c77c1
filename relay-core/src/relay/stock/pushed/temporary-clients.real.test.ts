import { afterEach, beforeEach, expect, test } from 'vitest'
import { decodePushedClient } from '../../../stock/configuration/pushed-config.ts'
import { PushedBed } from '../../../testing/pushed-bed.ts'

const minuteMs = 60_000

let bed: PushedBed
beforeEach(async () => {
  bed = await PushedBed.open()
})
afterEach(() => bed.close())

const asked = (Remark: string) => decodePushedClient(Buffer.from(JSON.stringify({ Remark, MaxConn: 7 })))

test('a temporary client is known by remark and address, and goes ten minutes after its agent', async () => {
  const gone = () => bed.clients.list().filter(({ isTemporary }) => isTemporary).length === 0
  const one = await bed.temporary.obtain(asked('lab'), '203.0.113.7')
  expect(one).toMatchObject({ name: 'lab', limits: { maxConnections: 7 } })
  expect(one.vkey).toHaveLength(16)
  expect((await bed.temporary.obtain(asked('lab'), '203.0.113.7')).id).toBe(one.id)
  expect((await bed.temporary.obtain(asked('lab'), '203.0.113.8')).id).not.toBe(one.id)
  const agent = bed.online(one.id)
  bed.nowMs += 30 * minuteMs
  await bed.temporary.removeLeft()
  expect(
    bed.clients
      .list()
      .filter(({ isTemporary }) => isTemporary)
      .map(({ id }) => id),
  ).toEqual([one.id])
  agent.leave()
  await expect.poll(() => bed.agents.get(one.id)).toBeUndefined()
  bed.clients.noteOnline()
  bed.nowMs += 9 * minuteMs
  await bed.temporary.removeLeft()
  expect(gone()).toBe(false)
  bed.nowMs += 2 * minuteMs
  await bed.temporary.removeLeft()
  expect(gone()).toBe(true)
  expect(bed.clients.list().map(({ name }) => name)).toEqual(['lab'])
})

test('without a remark, two agents of one address are two clients', async () => {
  const first = await bed.temporary.obtain(asked(''), '203.0.113.7')
  const agent = bed.online(first.id)
  const second = await bed.temporary.obtain(asked(''), '203.0.113.7')
  expect(second.id).not.toBe(first.id)
  agent.leave()
  await expect.poll(() => bed.agents.get(first.id)).toBeUndefined()
  expect((await bed.temporary.obtain(asked(''), '203.0.113.7')).id).toBe(first.id)
})

test('one address makes 32 temporary clients, and no more', async () => {
  for (let at = 0; at < 32; at++) await bed.temporary.obtain(asked(`lab ${at}`), '203.0.113.7')
  await expect(bed.temporary.obtain(asked('one more'), '203.0.113.7')).rejects.toMatchObject({
    code: 'limit-reached',
  })
  expect((await bed.temporary.obtain(asked('elsewhere'), '203.0.113.8')).name).toBe('elsewhere')
})
