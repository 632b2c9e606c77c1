import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { builtPrograms } from '../../harness/programs/built-programs.ts'
import { Bed } from '../../testbed/bed.ts'
import type { Machine } from '../../testbed/machines/machine.ts'
import { allTraces } from './all-traces.ts'

const programs = builtPrograms()

let bed: Bed
let before: string[]

/** As a person does who has only the archives and two shells. */
beforeAll(async () => {
  bed = await Bed.start()
  before = await allTraces(bed.cloud)
})
afterAll(() => bed.close())

async function unpack(machine: Machine, archive: string, folder: string): Promise<void> {
  const content = await readFile(join(programs, archive))
  await machine.exec(`mkdir -p ${folder} && cd ${folder} && base64 -d | tar xzf -`, {
    input: content.toString('base64'),
    timeoutMs: 120_000,
  })
}

async function logIn(password: string): Promise<{ status: number }> {
  const answer = await fetch(`http://${bed.cloud.address}:8080/login`, {
    method: 'POST',
    body: JSON.stringify({ username: 'admin', password }),
  })
  return { status: answer.status }
}

it('tar, install, edit web_password, start: the console answers from outside to that password alone', async () => {
  await unpack(bed.cloud, 'linux_amd64_server.tar.gz', '/root/nps-archive')
  const installed = await bed.cloud.exec('cd /root/nps-archive && ./nps install')
  expect(installed).toContain('nps is installed as /usr/bin/nps, a systemd service')
  // Started too early, it lets nobody in and does not even listen outside.
  expect(await bed.cloud.exec('nps start')).toContain('nps is running; its bridge listens on port 8024.')
  await expect(logIn('123')).rejects.toThrow('fetch failed')
  await bed.cloud.exec("sed -i 's/^web_password=.*/web_password=goudan-77/' /etc/nps/conf/nps.conf")
  expect(await bed.cloud.exec('nps reload')).toContain('Settings applied.')
  expect((await logIn('123')).status).toBe(401)
  expect((await logIn('')).status).toBe(401)
  expect(await logIn('goudan-77')).toMatchObject({ status: 200 })
  expect(await bed.cloud.exec('nps status')).toMatch(/^nps is running, process \d+ \(systemd\)\. Version/)
})

it('nps runs under an account of its own, with low ports, and writes nothing but its own folders', async () => {
  const cloud = bed.cloud
  const pid = (await cloud.exec('systemctl show nps -P MainPID')).trim()
  expect((await cloud.exec(`stat -c %U /proc/${pid}`)).trim()).toBe('nps')
  const status = await cloud.exec(`cat /proc/${pid}/status`)
  // CAP_NET_BIND_SERVICE is number 10.
  expect(status).toMatch(/^CapEff:\s+0000000000000400$/m)
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
  expect(await cloud.exec(`cat /proc/${pid}/limits`)).toMatch(/^Max core file size\s+0\s+0/m)
  const files = '/etc/nps/state /etc/nps/conf/nps.conf /etc/nps/state/relay.db'
  expect(await cloud.exec(`stat -c "%U %a" ${files}`)).toBe('nps 700\nnps 600\nnps 600\n')
  const inside = `nsenter -t ${pid} -m`
  expect((await cloud.tryExec(`${inside} touch /var/tmp/x`)).stderr).toContain('Read-only file system')
  expect(
    (await cloud.tryExec(`${inside} sh -c 'touch /etc/nps/state/x && rm /etc/nps/state/x'`)).exitCode,
  ).toBe(0)
  // A file that root has put in the place of the old one, a low port, and commands of root.
  await cloud.exec(
    "cd /etc/nps/conf && sed 's/^#*http_proxy_port=.*/http_proxy_port=80/' nps.conf > n && chmod 600 n && mv n nps.conf && nps restart",
  )
  expect(await cloud.exec('nps status')).toContain('hosts on port 80')
  expect(await cloud.exec('nps connect -json')).toContain('"fingerprint"')
  await cloud.exec(
    'mkdir -p /root/old/conf && chmod 700 /root/old && echo "[]" > /root/old/conf/clients.json',
  )
  expect(await cloud.exec('nps import /root/old')).toContain('Taken from /root/old/conf: 0 clients')
  // Again, as an update does: nothing changes hands, and it goes on.
  expect(await cloud.exec('/root/nps-archive/nps install')).toContain(
    'nps was running and has been restarted.',
  )
  await cloud.exec('nps start')
})

it('an installation that ran as root moves over at the next install, with its log file', async () => {
  const unit = '/etc/systemd/system/nps.service'
  await bed.cloud.exec(`systemctl stop nps && chown -R root: /etc/nps && userdel nps &&
    sed -i '/^User=/d; /^Group=/d; /^Ambient/d; /^Capability/d; /^Protect/d; /^Exec.*chown/d' ${unit} && systemctl daemon-reload &&
    echo 'log_path=/var/log/nps.log' >> /etc/nps/conf/nps.conf && systemctl start nps`)
  expect(await bed.cloud.exec('ps -o user= -C nps || stat -c %U /proc/$(pgrep -x nps)')).toBe('root\n')
  expect(await bed.cloud.exec('/root/nps-archive/nps install')).toContain('has been restarted.')
  expect(await bed.cloud.exec('nps start')).toContain('nps is running')
  const owners = 'stat -c %U /proc/$(pgrep -x nps) /var/log/nps.log /etc/nps/state/identity.pem'
  expect(await bed.cloud.exec(owners)).toBe('nps\nnps\nnps\n')
  // Once more: what it was given stays.
  await bed.cloud.exec('/root/nps-archive/nps install && nps start')
  expect(await bed.cloud.exec('tail -n 1 /var/log/nps.log; systemctl cat nps')).toContain(
    '"-/var/log/nps.log"',
  )
})

it('a home folder may have any name, and its service starts', async () => {
  const home = '/home/用户 #1'
  await bed.cloud.exec(`useradd -m -d '${home}' -s /bin/sh li && cp -r /root/nps-archive '${home}/archive' &&
    sed -i 's/^bridge_port=.*/bridge_port=8124/; s/^web_port *=.*/web_port=/' '${home}/archive/conf/nps.conf' && chown -R li: '${home}'`)
  const asLi = (input: string) => bed.cloud.exec('su - li', { input: `${input}\n`, timeoutMs: 60_000 })
  expect(await asLi('cd archive && ./nps install && ~/.local/bin/nps start')).toContain(
    'its bridge listens on port 8124.',
  )
  expect(await asLi('~/.local/bin/nps client add -name=lab && ~/.local/bin/nps status')).toContain(
    '(systemd-user)',
  )
  await asLi('~/.local/bin/nps uninstall -purge')
  await bed.cloud.exec(
    'loginctl disable-linger li && systemctl stop user@$(id -u li).service && userdel -r li',
  )
})

it('npc comes online by its command line, and a tunnel leads to the lab’s sshd', async () => {
  const cloud = (args: string) => bed.cloud.exec(`nps ${args}`)
  const client = JSON.parse(await cloud('client add -name=lab -json')) as { id: number }
  const command = (await cloud(`client command -id=${client.id} -host=${bed.cloud.address}`)).trim()
  await unpack(bed.lab, 'linux_amd64_client.tar.gz', '/home/researcher/npc-archive')
  await bed.lab.exec('chown -R researcher: /home/researcher/npc-archive')
  const asResearcher = (line: string) =>
    bed.lab.exec('su - researcher -s /bin/sh', { input: `${line}\n`, timeoutMs: 60_000 })
  // In the foreground it ends with its shell; as a service it stays.
  const service = command.replace(/^npc /, './npc install ')
  expect(await asResearcher(`cd npc-archive && ${service} && ~/.local/bin/npc start`)).toContain(
    'npc is running',
  )
  const added = JSON.parse(
    await cloud(`tunnel add -client=${client.id} -mode=tcp -port=7001 -target=127.0.0.1:22 -json`),
  )
  expect(added).toMatchObject({ port: 7001, status: { state: 'listening' } })
  await expect.poll(() => cloud('client list'), { timeout: 20_000 }).toContain('online')
  expect(await cloud('tunnel probe -id=1')).toMatch(/the target answers\s+ok/)
  expect(await asResearcher('~/.local/bin/npc status')).toContain('(systemd-user)')
  expect(await bed.lab.exec('ps -ef')).not.toMatch(/vkey=/)
})

it('npc as a service of the system writes the log file that it is given', async () => {
  const { cloud } = bed
  await unpack(cloud, 'linux_amd64_client.tar.gz', '/root/npc-archive')
  const { id, vkey } = JSON.parse(await cloud.exec('nps client add -name=here -json')) as {
    id: number
    vkey: string
  }
  const flags = `-server=127.0.0.1:8024 -vkey=${vkey} -log_path=/var/log/npc.log`
  await cloud.exec(`/root/npc-archive/npc install ${flags} && npc start`)
  await expect.poll(() => cloud.exec('cat /var/log/npc.log'), { timeout: 20_000 }).toContain('agent online')
  expect((await cloud.tryExec('nsenter -t $(pgrep -x npc) -m touch /var/log/x')).stderr).toContain(
    'Read-only file system',
  )
  await cloud.exec(
    `npc uninstall -purge && nps client remove -id=${id} && rm -r /root/npc-archive /var/log/npc.log`,
  )
})

it('a killed nps is back by itself, and everybody with it', async () => {
  const pid = (await bed.cloud.exec('systemctl show nps -P MainPID')).trim()
  await bed.cloud.exec(`kill -9 ${pid}`)
  await expect
    .poll(async () => (await bed.cloud.tryExec('nps client list')).stdout, { timeout: 30_000, interval: 500 })
    .toContain('online')
})

it('after a reboot of both machines the tunnel works again', async () => {
  await Promise.all([bed.cloud.reboot(), bed.lab.reboot()])
  await expect
    .poll(async () => (await bed.cloud.tryExec('nps tunnel probe -id=1')).stdout, {
      timeout: 60_000,
      interval: 1_000,
    })
    .toMatch(/the target answers\s+ok/)
})

it('settings that are wrong are refused by line and not tried again and again', async () => {
  await bed.cloud.exec("sed -i 's/^bridge_port=.*/bridge_port=eighty/' /etc/nps/conf/nps.conf")
  const reload = await bed.cloud.tryExec('nps reload')
  expect(reload).toMatchObject({ exitCode: 2 })
  expect(reload.stderr).toContain('bridge_port needs a port from 1 to 65535, found "eighty"')
  const restart = await bed.cloud.tryExec('nps restart')
  expect(restart.exitCode).toBe(1)
  expect(restart.stderr).toContain('journalctl -u nps')
  expect((await bed.cloud.tryExec('nps status')).stdout).toMatch(/it failed: .*78/)
  await bed.cloud.exec("sed -i 's/^bridge_port=.*/bridge_port=8024/' /etc/nps/conf/nps.conf && nps start")
})

it('uninstall -purge leaves nothing', async () => {
  await bed.cloud.exec('nps uninstall -purge && rm -r /root/nps-archive /root/old /var/log/nps.log')
  expect(await allTraces(bed.cloud)).toEqual(before)
  expect((await bed.cloud.tryExec('systemctl status nps')).exitCode).not.toBe(0)
})
