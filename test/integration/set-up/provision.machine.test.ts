import { describe, expect, it } from 'vitest'
import { expectDone, failureIn, stepOf } from '../../harness/ended-job.ts'
import { allTraces } from './all-traces.ts'
import { app, bed, cloud, setUpOnCloud } from './on-cloud.ts'

setUpOnCloud()

const traces = (): Promise<string[]> => allTraces(bed.cloud)

describe('as root', () => {
  it('sets up, is repeated without harm, survives a reboot, and leaves nothing', async () => {
    const before = await traces()
    const serverId = await cloud.add('root')
    const job = await cloud.setUp(serverId)
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
    const again = await cloud.setUp(serverId)
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

    expectDone(await cloud.remove(serverId))
    expect(await traces()).toEqual(before)
    await app.overviewWhere(({ servers }) => servers.length === 0)
  })

  it('says which sign-in was wrong, and goes on with the right one', async () => {
    const serverId = await cloud.add('root', 'not it')
    const job = await cloud.setUp(serverId)
    expect(failureIn(job, 'connect')).toMatchObject({
      code: 'login-rejected',
      params: { user: 'root' },
      fixes: expect.arrayContaining([{ action: 'enter-secret' }]) as unknown,
    })
    await bed.cloud.exec('systemd-run --quiet --unit=squatter python3 -m http.server 8024')
    const { password } = bed.accounts.root
    const taken = await cloud.retry(job, { secret: { kind: 'password', password } })
    expect(failureIn(taken, 'free-ports')).toMatchObject({
      code: 'port-in-use',
      params: { port: 8024, program: 'python3', free: 8025 },
    })
    const moved = await cloud.retry(taken, { bridgePort: 8025 })
    expectDone(moved)
    expect(stepOf(moved, 'bridge').facts).toContainEqual({
      code: 'bridge-open',
      params: { port: 8025, ms: expect.any(Number) as number },
    })
    // A repair keeps the port, although the usual one is asked for.
    await bed.cloud.exec('systemctl stop squatter')
    const repaired = await cloud.setUp(serverId)
    expectDone(repaired)
    expect(stepOf(repaired, 'free-ports').facts).toContainEqual({
      code: 'bridge-port-free',
      params: { port: 8025 },
    })
    expectDone(await cloud.remove(serverId))
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
      const serverId = await cloud.add('root')
      const job = await cloud.setUp(serverId)
      expect(failureIn(job, 'free-ports')).toMatchObject({
        code: 'port-in-use',
        params: { port: 8024, program: 'nps' },
      })
      expect(job.writes).toEqual(['/opt/nps-desktop/', '/etc/systemd/system/nps.service'])
      expectDone(await cloud.retry(job, { bridgePort: 8025 }))
      expect(await other()).toBe(before)
      expectDone(await cloud.setUp(serverId))
      expectDone(await cloud.remove(serverId))
      expect(await other()).toBe(before)
      expect(await traces()).toEqual(filesBefore)
    } finally {
      await bed.cloud.exec('systemctl stop Nps; rm -rf /usr/bin/nps /etc/nps')
    }
  })

  it('is refused by a changed host key before anything is sent', async () => {
    const serverId = await cloud.add('root')
    await bed.cloud.exec(
      'mkdir /root/keys && mv /etc/ssh/ssh_host_* /root/keys/ && ssh-keygen -A && systemctl restart ssh',
    )
    try {
      const job = await cloud.setUp(serverId)
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
    const serverId = await cloud.add('root')
    await bed.cloud.disk.fillUp({ leaveBytes: 20e6 })
    try {
      const job = await cloud.setUp(serverId)
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
      expectDone(await cloud.retry(full))
    } finally {
      await bed.cloud.disk.free()
    }
    expectDone(await cloud.remove(serverId))
  })
})

describe('as an account that may use sudo', () => {
  it('asks for the password once when the sign-in has none, and remembers it for the job', async () => {
    const address = { host: bed.cloud.address, port: 22, user: 'admin' }
    const secret = { kind: 'key', key: bed.key.file } as const
    const { serverId } = await app.client.servers.add({ address, secret })
    const job = await cloud.setUp(serverId)
    expect(failureIn(job, 'identity')).toMatchObject({
      code: 'sudo-password-needed',
      params: { user: 'admin' },
    })
    const rejected = await cloud.retry(job, { sudoPassword: 'not it' })
    expect(failureIn(rejected, 'identity').code).toBe('sudo-password-rejected')
    const done = await cloud.retry(rejected, { sudoPassword: bed.accounts.admin.password })
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
    const serverId = await cloud.add('guest')
    const job = await cloud.setUp(serverId)
    expect(failureIn(job, 'identity')).toMatchObject({
      code: 'sudo-missing',
      fixes: expect.arrayContaining([{ action: 'install-without-root' }]) as unknown,
    })
    const low = await cloud.retry(job, { withoutRoot: true, bridgePort: 443 })
    expect(failureIn(low, 'free-ports').code).toBe('port-forbidden')
    const done = await cloud.retry(low, { bridgePort: 8024 })
    expectDone(done)
    expect(stepOf(done, 'service').facts).toContainEqual({
      code: 'start-kind',
      params: { kind: 'systemd-user' },
    })
    await bed.cloud.reboot()
    await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
    expectDone(await cloud.remove(serverId))
    expect(await traces()).toEqual(before)
  })
})
