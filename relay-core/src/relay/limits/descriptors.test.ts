import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { Descriptors } from './descriptors.ts'

test('visitors are turned away first, then the bridge, then the console, the control socket never', () => {
  const descriptors = new Descriptors({ limit: 320, countOpen: () => 20, now: () => 0 })
  const admitted = { visitor: 0, bridge: 0, console: 0 }
  for (const connectionClass of ['visitor', 'bridge', 'console'] as const)
    for (
      let socket = new EventEmitter();
      descriptors.admit(socket, connectionClass);
      socket = new EventEmitter()
    ) {
      admitted[connectionClass] += 1
      if (admitted[connectionClass] > 320) throw new Error(`${connectionClass} never ends`)
    }
  expect(admitted.visitor).toBeGreaterThan(200)
  expect(admitted.visitor).toBeLessThanOrEqual(240)
  expect(admitted.bridge).toBeGreaterThanOrEqual(30)
  expect(admitted.console).toBeGreaterThanOrEqual(15)
  expect(descriptors.admit(new EventEmitter(), 'control')).toBe(true)
})

test('what has closed makes room, and what was opened elsewhere is found out about', () => {
  const clock = { ms: 0 }
  // The first count finds the connection that asks.
  let open = 1
  const descriptors = new Descriptors({ limit: 100, countOpen: () => open, now: () => clock.ms })
  const sockets = Array.from({ length: 75 }, () => new EventEmitter())
  expect(sockets.every((socket) => descriptors.admit(socket, 'visitor'))).toBe(true)
  const refused = new EventEmitter()
  expect(descriptors.admit(refused, 'visitor')).toBe(false)
  refused.emit('close')
  sockets[0]?.emit('close')
  expect(descriptors.admit(new EventEmitter(), 'visitor')).toBe(true)
  for (const socket of sockets.slice(1)) socket.emit('close')
  expect(descriptors.admit(new EventEmitter(), 'visitor')).toBe(true)
  open = 90
  clock.ms = 5_000
  for (const socket of sockets) descriptors.admit(socket, 'control')
  expect(descriptors.admit(new EventEmitter(), 'visitor')).toBe(false)
})
