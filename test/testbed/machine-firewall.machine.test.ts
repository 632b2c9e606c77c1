import { afterAll, beforeAll, expect, it } from 'vitest'
import { Bed } from './bed.ts'
import { probePort } from './network/probe-port.ts'

let bed: Bed

beforeAll(async () => {
  bed = await Bed.start({ machines: ['cloud'] })
  await bed.cloud.exec('systemd-run --quiet --unit=listener --property=Type=exec python3 -m http.server 9500')
})

afterAll(async () => {
  await bed.close()
})

it.each([
  ['nftables', 'silence'],
  ['iptables', 'silence'],
  ['ufw', 'silence'],
  ['firewalld', 'prohibited'],
] as const)('%s keeps SSH and the allowed range open and meets the rest with %s', async (kind, closed) => {
  await bed.hostFirewall.start(kind, '7000-9000')
  expect(await probePort(bed.cloud.address, 22)).toBe('open')
  expect(await probePort(bed.cloud.address, 7001)).toBe('refused')
  expect(await probePort(bed.cloud.address, 9500)).toBe(closed)
  await bed.hostFirewall.stop()
  expect(await probePort(bed.cloud.address, 9500)).toBe('open')
})

it.each(['nftables', 'ufw', 'firewalld'] as const)('%s is there again after a reboot', async (kind) => {
  await bed.hostFirewall.start(kind)
  await bed.cloud.reboot()
  // firewalld counts as started before it has set its rules; it answers once it has.
  if (kind === 'firewalld') await bed.cloud.exec('firewall-cmd --state')
  expect(await probePort(bed.cloud.address, 22)).toBe('open')
  expect(await probePort(bed.cloud.address, 7001)).toBe(kind === 'firewalld' ? 'prohibited' : 'silence')
  await bed.hostFirewall.stop()
  expect(await probePort(bed.cloud.address, 7001)).toBe('refused')
})
