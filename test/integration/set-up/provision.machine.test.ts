import type { Job } from '@nps-desktop/electron/contract'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppBackend } from '../../harness/app.ts'
import { expectDone, failureIn, stepOf } from '../../harness/ended-job.ts'
import { builtPrograms } from '../../harness/programs/built-programs.ts'
import { Bed } from '../../testbed/bed.ts'
import type { FirewallKind } from '../../testbed/machines/machine-firewall.ts'
import { allTraces } from './all-traces.ts'

const programs = builtPrograms()

let bed: Bed
let app: AppBackend

beforeAll(async () => {
  bed = await Bed.start({ machines: ['cloud'] })
})
afterAll(() => bed.close())
beforeEach(async () => {
  app = await AppBackend.start(programs)
  await app.trust(bed.cloud.address)
})
afterEach(() => app.close())

type User = 'root' | 'admin' | 'guest'

async function addServer(user: User, password = bed.accounts[user].password): Promise<string> {
  const address = { host: bed.cloud.address, port: 22, user }
  const { serverId } = await app.client.servers.add({ address, secret: { kind: 'password', password } })
  return serverId
}

async function setUp(
  serverId: string,
  more: { withoutRoot?: boolean; sudoPassword?: string } = {},
): Promise<Job> {
  const { jobId } = await app.client.servers.setup({ serverId, ...more })
  return await app.ended(jobId)
}

async function retry(
  job: Job,
  corrections: Omit<Parameters<AppBackend['client']['jobs']['retry']>[0], 'jobId'> = {},
): Promise<Job> {
  await app.client.jobs.retry({ jobId: job.id, ...corrections })
  return await app.ended(job.id)
}

async function remove(serverId: string): Promise<Job> {
  const { jobId } = await app.client.servers.remove({ serverId, uninstall: true })
  if (jobId === null) throw new Error('no job was started')
  return await app.ended(jobId)
}

const traces = (): Promise<string[]> => allTraces(bed.cloud)

describe('as root', () => {
  it('sets up, is repeated without harm, survives a reboot, and leaves nothing', async () => {
    const before = await traces()
    const serverId = await addServer('root')
    const job = await setUp(serverId)
    expectDone(job)
    expect(stepOf(job, 'service').facts).toContainEqual({ code: 'start-kind', params: { kind: 'systemd' } })
    const conf = await bed.cloud.exec('cat /etc/nps/conf/nps.conf; stat -c %a /etc/nps/conf/nps.conf')
    expect(conf).toMatch(/^allow_ports=7000-9000$/m)
    expect(conf).toMatch(/^web_password=\w{20}$/m)
    expect(conf).toMatch(/^# .*ten wrong passwords/im)
    expect(conf.trim()).toMatch(/600$/)

    const first = await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
    const { updates } = await app.client.systemUpdates.read({ serverId })
    expect(updates?.system).toMatch(/^Debian/)
    expect(updates?.command).toBe('apt-get update && apt-get dist-upgrade')
    const { labId } = await app.client.labs.add({ serverId, name: 'lab-a100', address: null })
    const again = await setUp(serverId)
    expectDone(again)
    expect(stepOf(again, 'upload').state).toBe('skipped')
    expect(stepOf(again, 'config').facts).toEqual([
      { code: 'config-kept', params: { path: '/etc/nps/conf/nps.conf' } },
    ])
    const second = await app.overviewWhere(
      ({ servers, labs }) => servers[0]?.link.state === 'online' && labs.length > 0,
    )
    expect(second.servers[0]?.relay?.fingerprint).toBe(first.servers[0]?.relay?.fingerprint)
    expect(second.labs.map(({ id }) => id)).toEqual([labId])

    await bed.cloud.reboot()
    await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')

    expectDone(await remove(serverId))
    expect(await traces()).toEqual(before)
    await app.overviewWhere(({ servers }) => servers.length === 0)
  })

  it('says which sign-in was wrong, and goes on with the right one', async () => {
    const serverId = await addServer('root', 'not it')
    const job = await setUp(serverId)
    expect(failureIn(job, 'connect')).toMatchObject({
      code: 'login-rejected',
      params: { user: 'root' },
      fixes: expect.arrayContaining([{ action: 'enter-secret' }]) as unknown,
    })
    await bed.cloud.exec('systemd-run --quiet --unit=squatter python3 -m http.server 8024')
    const { password } = bed.accounts.root
    const taken = await retry(job, { secret: { kind: 'password', password } })
    expect(failureIn(taken, 'free-ports')).toMatchObject({
      code: 'port-in-use',
      params: { port: 8024, program: 'python3', free: 8025 },
    })
    const moved = await retry(taken, { bridgePort: 8025 })
    expectDone(moved)
    expect(stepOf(moved, 'bridge').facts).toContainEqual({
      code: 'bridge-open',
      params: { port: 8025, ms: expect.any(Number) as number },
    })
    // A repair keeps the port, although the usual one is asked for.
    await bed.cloud.exec('systemctl stop squatter')
    const repaired = await setUp(serverId)
    expectDone(repaired)
    expect(stepOf(repaired, 'free-ports').facts).toContainEqual({
      code: 'bridge-port-free',
      params: { port: 8025 },
    })
    expectDone(await remove(serverId))
  })

  it('goes beside an nps of another kind, which stays as it is', async () => {
    // A program of that name, listening where stock NPS does, is all that can be seen of it from outside.
    await bed.cloud.exec(
      `cp "$(readlink -f /usr/bin/python3)" /usr/bin/nps && mkdir -p /etc/nps/conf && echo bridge_port=8024 > /etc/nps/conf/nps.conf &&
       systemd-run --quiet --unit=Nps /usr/bin/nps -m http.server 8024`,
    )
    const other = (): Promise<string> =>
      bed.cloud.exec(
        'sha256sum /usr/bin/nps; cat /etc/nps/conf/nps.conf; ls -R /etc/nps; systemctl is-active Nps',
      )
    try {
      const [before, filesBefore] = [await other(), await traces()]
      const serverId = await addServer('root')
      const job = await setUp(serverId)
      expect(failureIn(job, 'free-ports')).toMatchObject({
        code: 'port-in-use',
        params: { port: 8024, program: 'nps' },
      })
      expect(job.writes).toEqual(['/opt/nps-desktop/', '/etc/systemd/system/nps.service'])
      expectDone(await retry(job, { bridgePort: 8025 }))
      expect(await other()).toBe(before)
      expectDone(await setUp(serverId))
      expectDone(await remove(serverId))
      expect(await other()).toBe(before)
      expect(await traces()).toEqual(filesBefore)
    } finally {
      await bed.cloud.exec('systemctl stop Nps; rm -rf /usr/bin/nps /etc/nps')
    }
  })

  it('is refused by a changed host key before anything is sent', async () => {
    const serverId = await addServer('root')
    await bed.cloud.exec(
      'mkdir /root/keys && mv /etc/ssh/ssh_host_* /root/keys/ && ssh-keygen -A && systemctl restart ssh',
    )
    try {
      const job = await setUp(serverId)
      const failure = failureIn(job, 'connect')
      expect(failure.code).toBe('host-key-changed')
      const fix = failure.fixes.find((one) => one.action === 'accept-host-key')
      await app.client.hostKeys.confirm({
        host: bed.cloud.address,
        port: 22,
        jump: { kind: 'none' },
        fingerprint: fix?.fingerprint ?? '',
      })
      await app.client.jobs.retry({ jobId: job.id })
      await app.jobWhere(job.id, (one) => stepOf(one, 'identity').state === 'done')
      await app.client.jobs.cancel({ jobId: job.id })
      expect((await app.ended(job.id)).state).toBe('cancelled')
    } finally {
      await bed.cloud.exec(
        'rm /etc/ssh/ssh_host_* && mv /root/keys/* /etc/ssh/ && rmdir /root/keys && systemctl restart ssh',
      )
    }
  })

  it('says how much room is missing, changes nothing, and goes on when there is some', async () => {
    const before = await traces()
    const serverId = await addServer('root')
    await bed.cloud.disk.fillUp({ leaveBytes: 20e6 })
    try {
      const job = await setUp(serverId)
      expect(failureIn(job, 'system')).toMatchObject({
        code: 'disk-full',
        params: { program: 'nps', path: '/' },
      })
      expect(await traces()).toEqual(before)
      await bed.cloud.disk.free()
      await app.client.jobs.retry({ jobId: job.id })
      // It fills up while the file is on its way.
      await app.jobWhere(job.id, (one) => (stepOf(one, 'upload').progress?.done ?? 0) > 5e6)
      await bed.cloud.disk.fillUp()
      const full = await app.ended(job.id)
      expect(failureIn(full, 'upload')).toMatchObject({ code: 'disk-full', params: { program: 'nps' } })
      expect(await traces()).toEqual(before)
      await bed.cloud.disk.free()
      expectDone(await retry(full))
    } finally {
      await bed.cloud.disk.free()
    }
    expectDone(await remove(serverId))
  })
})

describe('as an account that may use sudo', () => {
  it('asks for the password once when the sign-in has none, and remembers it for the job', async () => {
    const address = { host: bed.cloud.address, port: 22, user: 'admin' }
    const secret = { kind: 'key', key: bed.key.file } as const
    const { serverId } = await app.client.servers.add({ address, secret })
    const job = await setUp(serverId)
    expect(failureIn(job, 'identity')).toMatchObject({
      code: 'sudo-password-needed',
      params: { user: 'admin' },
    })
    const rejected = await retry(job, { sudoPassword: 'not it' })
    expect(failureIn(rejected, 'identity').code).toBe('sudo-password-rejected')
    const done = await retry(rejected, { sudoPassword: bed.accounts.admin.password })
    expectDone(done)
    expect(stepOf(done, 'identity').facts).toEqual([{ code: 'has-sudo', params: { user: 'admin' } }])
    // No password and no key may be seen in a log or a process list of the machine.
    const seen = await bed.cloud.exec(
      `journalctl -b --no-pager | grep -cF -e ${bed.accounts.admin.password} || true`,
    )
    expect(seen.trim()).toBe('0')
    const { jobId } = await app.client.servers.remove({
      serverId,
      uninstall: true,
      sudoPassword: bed.accounts.admin.password,
    })
    expectDone(await app.ended(jobId ?? ''))
  })
})

describe('as an account without root', () => {
  it('offers to do without, and does: service of the user, no low port', async () => {
    const before = await traces()
    const serverId = await addServer('guest')
    const job = await setUp(serverId)
    expect(failureIn(job, 'identity')).toMatchObject({
      code: 'sudo-missing',
      fixes: expect.arrayContaining([{ action: 'install-without-root' }]) as unknown,
    })
    const low = await retry(job, { withoutRoot: true, bridgePort: 443 })
    expect(failureIn(low, 'free-ports').code).toBe('port-forbidden')
    const done = await retry(low, { bridgePort: 8024 })
    expectDone(done)
    expect(stepOf(done, 'service').facts).toContainEqual({
      code: 'start-kind',
      params: { kind: 'systemd-user' },
    })
    await bed.cloud.reboot()
    await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
    expectDone(await remove(serverId))
    expect(await traces()).toEqual(before)
  })
})

describe('ports', () => {
  it('are shut by a security group: the provider and its rule are named', async () => {
    await bed.metadata.pretend('aliyun')
    await bed.securityGroup.allowOnly('22')
    try {
      const serverId = await addServer('root')
      const job = await setUp(serverId)
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
      const shut = await retry(job)
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
      expectDone(await remove(serverId))
      expect(await bed.hostFirewall.rules('ufw')).not.toContain('8024')
    } finally {
      await bed.hostFirewall.stop()
      await bed.securityGroup.allow('1-65535')
      await bed.metadata.close()
    }
  })

  it.each<FirewallKind>(['nftables', 'iptables', 'ufw', 'firewalld'])(
    'are shut by %s on the machine: one click adds the rule, removing takes it back',
    async (kind) => {
      await bed.hostFirewall.start(kind)
      if (kind === 'firewalld')
        await bed.cloud.exec('firewall-cmd --quiet --permanent --add-port=7000-7009/tcp')
      try {
        const rules = await bed.hostFirewall.rules(kind)
        const serverId = await addServer('root')
        const job = await setUp(serverId)
        expect(failureIn(job, 'bridge')).toMatchObject({
          code: 'ports-blocked-by-host-firewall',
          params: { ports: '7000-9000', tool: kind, command: addsRule[kind] },
          fixes: expect.arrayContaining([
            { action: 'open-host-firewall' },
            expect.objectContaining({ action: 'copy', text: addsRule[kind] }),
          ]) as unknown,
        })
        await app.client.servers.openHostFirewall({ serverId })
        const done = await retry(job)
        expectDone(done)
        expect(done.ports).toMatchObject({ open: 2001, cause: 'none', rendezvous: { state: 'open' } })
        if (kind !== 'iptables') {
          await bed.cloud.reboot()
          await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
        }
        expectDone(await remove(serverId))
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
    const { jobId } = await app.client.servers.checkPorts({ serverId })
    const checked = await app.ended(jobId)
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
})
