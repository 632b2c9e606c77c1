import type { Job } from '@nps-desktop/electron/contract'
import { expect, it } from 'vitest'
import { expectDone, failureIn } from '../../harness/ended-job.ts'
import type { FirewallKind } from '../../testbed/machines/machine-firewall.ts'
import { app, bed, cloud, setUpOnCloud } from './on-cloud.ts'

setUpOnCloud()

it('ports shut by a security group: the provider and its rule are named', async () => {
  await bed.metadata.pretend('aliyun')
  await bed.securityGroup.allowOnly('22')
  try {
    const serverId = await cloud.add('root')
    const job = await cloud.setUp(serverId)
    expect(failureIn(job, 'bridge')).toMatchObject({
      code: 'ports-blocked-by-security-group',
      params: { provider: 'aliyun', ports: '7000-9000' },
      fixes: expect.arrayContaining([
        expect.objectContaining({ action: 'open-url', label: 'aliyun' }),
        { action: 'copy', text: 'Custom TCP 7000/9000 0.0.0.0/0, Custom UDP 8024/8025 0.0.0.0/0' },
      ]) as unknown,
    })
    // one rule for the bridge, which is one of the range, and for every tunnel
    expect(job.ports?.provider?.rule?.ports).toBe('7000/9000')
    await bed.securityGroup.allow('8024', '7000-7099')
    const shut = await cloud.retry(job)
    expect(failureIn(shut, 'port-range')).toMatchObject({
      code: 'ports-blocked-by-security-group',
      params: { provider: 'aliyun', ports: '7000-9000' },
    })
    expect(shut.ports).toMatchObject({
      open: 101,
      noAnswer: 1900,
      cause: 'security-group',
      hostFirewall: null,
    })
    expect(shut.ports?.cells.slice(0, 3).map(({ state }) => state)).toEqual(['open', 'open', 'no-answer'])
    await bed.securityGroup.allow('7000-9000')
    expect(await checkPorts(serverId)).toMatchObject({
      open: 2001,
      tried: 2001,
      cause: 'none',
      provider: null,
      rendezvous: { ports: [8024, 8025], state: 'open', cause: 'none' },
    })
    await optionalPorts(serverId)
    expectDone(await cloud.remove(serverId))
    expect(await bed.hostFirewall.rules('ufw')).not.toContain('8024')
  } finally {
    await bed.hostFirewall.stop()
    await bed.securityGroup.allow('1-65535')
    await bed.metadata.close()
  }
})

it.each<FirewallKind>(['nftables', 'iptables', 'ufw', 'firewalld'])(
  'ports shut by %s on the machine: one click adds the rule, removing takes it back',
  async (kind) => {
    await bed.hostFirewall.start(kind)
    if (kind === 'firewalld')
      await bed.cloud.exec('firewall-cmd --quiet --permanent --add-port=7000-7009/tcp')
    try {
      const rules = await bed.hostFirewall.rules(kind)
      const serverId = await cloud.add('root')
      const job = await cloud.setUp(serverId)
      expect(failureIn(job, 'bridge')).toMatchObject({
        code: 'ports-blocked-by-host-firewall',
        params: { ports: '7000-9000', tool: kind, command: addsRule[kind] },
        fixes: expect.arrayContaining([
          { action: 'open-host-firewall' },
          expect.objectContaining({ action: 'copy', text: addsRule[kind] }),
        ]) as unknown,
      })
      await app.client.servers.openHostFirewall({ serverId })
      const done = await cloud.retry(job)
      expectDone(done)
      expect(done.ports).toMatchObject({ open: 2001, cause: 'none', rendezvous: { state: 'open' } })
      if (kind !== 'iptables') {
        await bed.cloud.reboot()
        await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
      }
      expectDone(await cloud.remove(serverId))
      // What was kept there and not loaded is loaded by the boot, and stays.
      const loaded =
        kind === 'firewalld' ? rules.replace('ports: 22/tcp\n', 'ports: 22/tcp 7000-7009/tcp\n') : rules
      expect(await bed.hostFirewall.rules(kind)).toBe(loaded)
    } finally {
      await bed.hostFirewall.stop()
    }
  },
)

async function checkPorts(serverId: string): Promise<Job['ports']> {
  const checked = await cloud.checkPorts(serverId)
  expectDone(checked)
  return checked.ports
}

/** A firewall that lets every tunnel in, but nothing by UDP: the check passes, and one click opens the two ports. */
async function optionalPorts(serverId: string): Promise<void> {
  await bed.hostFirewall.start('ufw', '7000-9000')
  expect(await checkPorts(serverId)).toMatchObject({
    open: 2001,
    cause: 'none',
    rendezvous: { state: 'closed-on-server', cause: 'host-firewall' },
    hostFirewall: { tool: 'ufw', command: 'ufw allow 8024:8025/udp' },
  })
  await bed.cloud.exec('ufw deny 8024:8025/udp')
  await expect(app.client.servers.openHostFirewall({ serverId })).rejects.toMatchObject({
    data: { failure: { code: 'firewall-rule-kept', params: { rule: 'deny 8024:8025/udp' } } },
  })
  expect(await bed.hostFirewall.rules('ufw')).toMatch(/^8024:8025\/udp +DENY IN /m)
  await bed.cloud.exec('ufw delete deny 8024:8025/udp')
  await app.client.servers.openHostFirewall({ serverId })
  expect(await checkPorts(serverId)).toMatchObject({ rendezvous: { state: 'open' }, hostFirewall: null })
  expect(await bed.hostFirewall.rules('ufw')).toContain('8024:8025/udp')
}

/** What a person would type, which the failure tells and offers to copy. */
const addsRule = {
  nftables: expect.stringMatching(/^nft 'insert rule .* tcp dport \{ 7000-9000 \} accept/) as string,
  iptables: expect.stringMatching(
    /^iptables -I INPUT -p tcp -m multiport --dports 7000:9000 .*-j ACCEPT$/,
  ) as string,
  ufw: 'ufw allow 7000:9000/tcp && ufw allow 8024:8025/udp',
  firewalld: expect.stringMatching(
    /^firewall-cmd --permanent --zone=\w+ --add-port=7010-9000\/tcp/,
  ) as string,
} satisfies Record<FirewallKind, unknown>
