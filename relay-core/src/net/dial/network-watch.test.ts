import type { networkInterfaces, NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { NetworkWatch } from './network-watch.ts'

function face(address: string, internal = false): NetworkInterfaceInfo {
  return { address, internal, family: 'IPv4', netmask: '255.255.255.0', mac: '', cidr: null }
}

function watchOf(first: ReturnType<typeof networkInterfaces>) {
  let current = first
  let ways = 'eth0 0100A8C0'
  let calls = 0
  const clock = new ManualClock()
  const watch = new NetworkWatch({ clock, interfaces: () => current, routes: () => ways })
  watch.onChange(() => (calls += 1))
  watch.start()
  return {
    clock,
    watch,
    calls: () => calls,
    change: (next: ReturnType<typeof networkInterfaces>) => {
      current = next
    },
    reroute: (next: string) => {
      ways = next
    },
  }
}

test('only an address that leads beyond this computer and its cable counts as a network', () => {
  const lo = face('127.0.0.1', true)
  expect(watchOf({ lo: [lo] }).watch.online).toBe(false)
  expect(watchOf({ lo: [lo], eth0: [face('169.254.7.1')] }).watch.online).toBe(false)
  expect(watchOf({ lo: [lo], eth0: [face('fe80::1')] }).watch.online).toBe(false)
  expect(watchOf({ lo: [lo], eth0: [face('192.168.1.5')] }).watch.online).toBe(true)
})

test('another Wi-Fi is told within a second, the same one never', () => {
  const { clock, calls, change, watch } = watchOf({ wlan0: [face('192.168.1.5')] })
  clock.advance(60_000)
  expect(calls()).toBe(0)
  change({ wlan0: [face('10.0.0.9')] })
  clock.advance(1_000)
  expect(calls()).toBe(1)
  change({})
  clock.advance(1_000)
  expect([calls(), watch.online]).toEqual([2, false])
})

test('another way out is told although the addresses are the same', () => {
  const { clock, calls, reroute } = watchOf({ wlan0: [face('192.168.1.5')] })
  reroute('tun0 0100000A')
  clock.advance(1_000)
  expect(calls()).toBe(1)
})

test('waking up is told although the addresses are the same', () => {
  const { clock, calls } = watchOf({ wlan0: [face('192.168.1.5')] })
  clock.sleep(3_600_000)
  clock.advance(0)
  expect(calls()).toBe(1)
})

test('after closing nothing runs any more', () => {
  const { clock, calls, change, watch } = watchOf({ wlan0: [face('192.168.1.5')] })
  watch.close()
  change({})
  clock.advance(60_000)
  expect(calls()).toBe(0)
})
