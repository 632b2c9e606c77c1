import { expect, test } from 'vitest'
import { TunnelConnections } from './tunnel-connections.ts'

const visitor = { address: '203.0.113.7', port: 40_000 }

test('where addresses have to be registered, a registered one has no direct link, and one under way ends', () => {
  const registrations = { isOn: false, refusalOf: () => null }
  const connections = new TunnelConnections(7, [], registrations)
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
