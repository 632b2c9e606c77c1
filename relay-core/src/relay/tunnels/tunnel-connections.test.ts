import { expect, test } from 'vitest'
import { Allowance } from '../limits/allowance.ts'
import { TunnelConnections } from './tunnel-connections.ts'

const visitor = { address: '203.0.113.7', port: 40_000 }

test('where addresses have to be registered, a registered one has no direct link, and one under way ends', () => {
  const registrations = { isOn: false, refusalOf: () => null }
  const connections = new TunnelConnections({ tunnelId: 7, allowances: [], registrations })
  const direct = connections.enter(visitor)
  direct.becomeDirect()
  const byTheRelay = connections.enter(visitor)

  registrations.isOn = true
  connections.review()
  expect(direct.signal.reason).toMatchObject({ code: 'direct-limited' })
  expect(byTheRelay.signal.aborted).toBe(false)
  expect(() => connections.enter(visitor).becomeDirect()).toThrow(
    expect.objectContaining({ code: 'direct-limited' }),
  )
  connections.close()
})

test('a pass of an address goes with no connection to another one, a pass that was shown does', () => {
  const guest = { entered: () => undefined, left: () => undefined }
  const limits = { allow: ['192.0.2.1'] }
  const allowance = new Allowance({ owner: 'tunnel "ssh"', limits, usedBytes: 0 })
  const connections = new TunnelConnections({
    tunnelId: 7,
    allowances: [allowance],
    guestOf: (address) => (address === visitor.address ? guest : undefined),
  })
  const elsewhere = { address: '203.0.113.8', port: 40_000 }
  const byAddress = connections.enter(visitor)
  expect(() => byAddress.moveTo(elsewhere)).toThrow(expect.objectContaining({ code: 'address-denied' }))
  expect(byAddress.address).toBe(visitor.address)
  byAddress.moveTo({ ...visitor, port: 40_001 })
  const byLine = connections.enter(visitor, guest)
  byLine.moveTo(elsewhere)
  expect(byLine.address).toBe(elsewhere.address)
  connections.close()
  allowance.close()
})

test('a connection counts where its visitor is now, and nowhere once it has left', () => {
  const home = { address: '203.0.113.7', port: 40_000 }
  const office = { address: '198.51.100.9', port: 40_000 }
  const allowance = new Allowance({ owner: 'tunnel', limits: {}, usedBytes: 0, maxPerAddress: 1 })
  const connections = new TunnelConnections({ tunnelId: 7, allowances: [allowance] })
  const full = expect.objectContaining({ code: 'limit-reached' })

  const first = connections.enter(home)
  first.moveTo(office)
  expect(() => connections.enter(office)).toThrow(full)
  const second = connections.enter(home)
  first.leave()
  first.moveTo(home)
  second.leave()

  for (const place of [home, office]) {
    connections.enter(place)
    expect(() => connections.enter(place)).toThrow(full)
  }
  connections.close()
})
