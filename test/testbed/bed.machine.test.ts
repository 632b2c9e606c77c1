import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bed } from './bed.ts'
import { probePort } from './network/probe-port.ts'
import { runCommand } from './run-command.ts'
import { ssh, sshFailedExitCode } from './ssh-client.ts'
import { takeFreeSlots } from './slot.ts'
import { sweepSlot } from './sweep.ts'

let bed: Bed

beforeAll(async () => {
  bed = await Bed.start()
})

afterAll(async () => {
  await bed.close()
})

const toCloud = (user: 'root' | 'admin' | 'guest') => ({ host: bed.cloud.address, ...bed.accounts[user] })

describe('the cloud machine', () => {
  it('is a whole machine: systemd runs and no unit has failed', async () => {
    expect((await bed.cloud.exec('systemctl is-system-running --wait')).trim()).toBe('running')
  })

  it('lets root in with the password, and no one with a wrong one', async () => {
    expect(await ssh(toCloud('root'), 'id -u; hostname')).toMatchObject({ exitCode: 0, stdout: '0\ncloud\n' })
    const wrong = await ssh({ ...toCloud('root'), password: 'not it' }, 'id -u')
    expect(wrong).toMatchObject({ exitCode: sshFailedExitCode })
    expect(wrong.stderr).toContain('Permission denied')
  })

  it('lets people in with the key', async () => {
    const login = { host: bed.cloud.address, user: 'admin', keyFile: bed.key.file }
    expect(await ssh(login, 'id -un')).toMatchObject({ exitCode: 0, stdout: 'admin\n' })
  })

  it('asks admin for the password before sudo', async () => {
    expect(await ssh(toCloud('admin'), 'sudo -n id -u')).toMatchObject({ exitCode: 1 })
    const asked = await ssh(toCloud('admin'), 'sudo -S -p "" id -u', {
      input: `${bed.accounts.admin.password}\n`,
    })
    expect(asked).toMatchObject({ exitCode: 0, stdout: '0\n' })
  })

  it('gives guest no way to become root', async () => {
    const asked = await ssh(toCloud('guest'), 'sudo -S -p "" id -u', {
      input: `${bed.accounts.guest.password}\n`,
    })
    expect(asked.exitCode).toBe(1)
    expect(asked.stderr).toContain('guest is not in the sudoers file')
  })
})

describe('the network', () => {
  const labSees = async (port: number) =>
    await bed.lab.tryExec(`timeout 2 bash -c 'exec 3<>/dev/tcp/${bed.cloud.address}/${port}; head -c 4 <&3'`)

  it('lets the lab reach the cloud, from an address that is not its own', async () => {
    const login = `ssh -i /tmp/key -o StrictHostKeyChecking=no root@${bed.cloud.address} 'echo $SSH_CONNECTION'`
    await bed.lab.exec('umask 077; cat > /tmp/key', { input: await runCommand('cat', [bed.key.file]) })
    const [from] = (await bed.lab.exec(login)).split(' ')
    expect(from).toBe(bed.network.routerAddress('cloud'))
  })

  it('lets neither the cloud nor the laptop reach the lab', async () => {
    expect(await probePort(bed.lab.address, 22)).toBe('silence')
    const fromCloud = await bed.cloud.tryExec(`timeout 2 bash -c '</dev/tcp/${bed.lab.address}/22'`)
    expect(fromCloud.exitCode).toBe(124)
  })

  it('opens and closes the way from the laptop to the lab', async () => {
    await bed.network.openSshWay('laptop', 'lab')
    expect(await ssh({ host: bed.lab.address, ...bed.accounts.researcher }, 'hostname')).toMatchObject({
      stdout: 'lab\n',
    })
    expect(await probePort(bed.lab.address, 8888)).toBe('silence')
    await bed.network.closeSshWay('laptop', 'lab')
    expect(await probePort(bed.lab.address, 22)).toBe('silence')
  })

  it('drops what the security group does not allow, for everyone and without an answer', async () => {
    expect(await probePort(bed.cloud.address, 7001)).toBe('refused')
    await bed.securityGroup.drop('7000-9000')
    expect(await probePort(bed.cloud.address, 7001)).toBe('silence')
    expect(await probePort(bed.cloud.address, 6999)).toBe('refused')
    expect((await labSees(8024)).exitCode).toBe(124)
    await bed.securityGroup.allow('7000/9000')
    expect(await probePort(bed.cloud.address, 7001)).toBe('refused')
    expect((await labSees(8024)).exitCode).toBe(1)
  })

  it('cuts one machine off and joins it again, with its open connections', async () => {
    const socket = connect(22, bed.cloud.address).setEncoding('utf8')
    const [greeting] = (await once(socket, 'data')) as [string]
    expect(greeting).toMatch(/^SSH-2.0/)
    await bed.cloud.cutNetwork()
    socket.write('SSH-2.0-test\r\n')
    expect(await probePort(bed.cloud.address, 22)).toBe('silence')
    expect((await labSees(22)).exitCode).toBe(124)
    const answer = once(socket, 'data')
    await bed.cloud.restoreNetwork()
    await answer
    socket.destroy()
    expect((await labSees(22)).stdout).toBe('SSH-')
  })
})

describe('the provider', () => {
  it('answers the cloud machine alone, at its own address', async () => {
    const ask = 'curl -s -m 2 http://100.100.100.200/latest/meta-data/region-id'
    expect((await bed.cloud.tryExec(ask)).exitCode).toBe(28)
    await bed.metadata.pretend('aliyun')
    expect(await bed.cloud.exec(ask)).toBe('cn-hangzhou')
    expect((await bed.lab.tryExec(ask)).exitCode).toBe(28)
    await bed.metadata.pretend('aws')
    expect((await bed.cloud.tryExec(ask)).exitCode).toBe(28)
    const token =
      'curl -s -m 2 -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token'
    expect(await bed.cloud.exec(token)).not.toBe('')
    await bed.metadata.close()
    expect((await bed.cloud.tryExec(token)).exitCode).toBe(28)
  })
})

describe('power and disk', () => {
  const bootId = async () => await bed.cloud.exec('cat /proc/sys/kernel/random/boot_id')

  it('reboots: a new boot, the same disk, no firewall rule left in the kernel', async () => {
    const before = await bootId()
    await bed.cloud.exec('echo kept > /root/kept; echo gone > /run/gone; nft add table inet gone')
    await bed.cloud.reboot()
    expect(await bootId()).not.toBe(before)
    expect(await bed.cloud.exec('cat /root/kept; ls /run/gone 2>&1 | wc -l; nft list tables')).toBe(
      'kept\n1\n',
    )
    expect(await bed.cloud.tryExec('test -e /run/gone')).toMatchObject({ exitCode: 1 })
    expect(await ssh(toCloud('root'), 'true')).toMatchObject({ exitCode: 0 })
  })

  it('notices a reboot that someone logged in asks for', async () => {
    const over = bed.cloud.waitForReboot()
    await ssh(toCloud('root'), 'systemctl reboot')
    await over
    expect(await ssh(toCloud('root'), 'true')).toMatchObject({ exitCode: 0 })
  })

  it.each(['powerOff', 'cutPower'] as const)('is silent after %s and comes back by start', async (way) => {
    await bed.cloud[way]()
    expect(await probePort(bed.cloud.address, 22)).toBe('silence')
    const login = await ssh(toCloud('root'), 'true', { connectTimeoutS: 1 })
    expect(login.exitCode).toBe(sshFailedExitCode)
    await bed.cloud.start()
    expect(await ssh(toCloud('root'), 'cat /root/kept')).toMatchObject({ stdout: 'kept\n' })
  })

  it('runs out of space, for root too, and has space again', async () => {
    const write = 'dd if=/dev/zero of=/root/big bs=1M count=4'
    await bed.cloud.disk.fillUp()
    const full = await bed.cloud.tryExec(write)
    expect(full.exitCode).toBe(1)
    expect(full.stderr).toContain('No space left on device')
    expect((await bed.cloud.exec('df --output=avail / | tail -n 1')).trim()).toBe('0')
    await bed.cloud.disk.free()
    expect(await bed.cloud.tryExec(write)).toMatchObject({ exitCode: 0 })
    await bed.cloud.exec('rm /root/big')
  })
})

describe('a second bed', () => {
  it('does not meet the first, and leaves nothing even when its process is killed', async () => {
    const source = `import { Bed } from ${JSON.stringify(import.meta.resolve('./bed.ts'))}
      const bed = await Bed.start({ machines: ['cloud'] })
      console.log(bed.cloud.address)
      setInterval(() => {}, 60_000)`
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [address] = (await once(holder.stdout.setEncoding('utf8'), 'data')) as [string]
    expect(address.trim()).not.toBe(bed.cloud.address)
    expect(await probePort(address.trim(), 22)).toBe('open')
    const gone = once(holder, 'exit')
    holder.kill('SIGKILL')
    await gone
    for (const slot of await takeFreeSlots()) {
      await sweepSlot(slot)
      slot.release()
    }
    const network = address.trim().split('.').slice(0, 2).join('.')
    expect(await runCommand('ip', ['route', 'show', `${network}.0.0/16`])).toBe('')
    expect(await probePort(bed.cloud.address, 22)).toBe('open')
  })
})
