import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Bed } from '../testbed/bed.ts'
import type { Machine } from '../testbed/machine.ts'
import { allTraces } from './all-traces.ts'

/** Where `npm run build:relay` puts the archives. */
const programs = process.env['NPS_PROGRAMS'] ?? join(import.meta.dirname, '../../build/out')

let bed: Bed
let before: string[]

/** As a person does who has only the archives and two shells. */
beforeAll(async () => {
  if (!existsSync(join(programs, 'manifest.json'))) {
    throw new Error('Build the programs first: npm run build:relay')
  }
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
  await bed.cloud.exec('nps uninstall -purge && rm -r /root/nps-archive')
  expect(await allTraces(bed.cloud)).toEqual(before)
  expect((await bed.cloud.tryExec('systemctl status nps')).exitCode).not.toBe(0)
})
