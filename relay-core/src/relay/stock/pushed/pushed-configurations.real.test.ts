import { RelayError } from '../../../api/errors.ts'
import type { ClientSettings } from '../../../api/tunnel-settings.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { decodePushedTunnel } from '../../../stock/configuration/pushed-config.ts'
import { md5Hex } from '../../../stock/messages/handshake.ts'
import { PushedBed } from '../../../testing/pushed-bed.ts'

let bed: PushedBed
beforeEach(async () => {
  bed = await PushedBed.open()
})
afterEach(() => bed.close())

const entry = (Remark: string, Ports: number, target = '127.0.0.1:22') =>
  decodePushedTunnel(
    Buffer.from(JSON.stringify({ Mode: 'tcp', Remark, Ports: String(Ports), Target: { TargetStr: target } })),
  )
const names = () => bed.tunnels.list().map(({ name }) => name)

test('a conversation that breaks off, or whose agent does not come, takes nothing away', async () => {
  const first = bed.converse()
  expect(await first.addTunnel(entry('ssh', bed.port))).toBeNull()
  expect(await first.addTunnel(entry('web', bed.port + 1))).toBeNull()
  first.done()
  bed.online(1).leave()
  expect(names()).toEqual(['ssh', 'web'])
  // broken off: without `done`
  await bed.converse().addTunnel(entry('ssh', bed.port))
  bed.online(1).leave()
  expect(names()).toEqual(['ssh', 'web'])
  // whole, and now its agent comes
  const third = bed.converse()
  await third.addTunnel(entry('ssh', bed.port))
  third.done()
  expect(names()).toEqual(['ssh', 'web'])
  bed.online(1)
  await expect.poll(names).toEqual(['ssh'])
})

test('a tunnel that a person stopped stays stopped, and is changed all the same', async () => {
  await bed.converse().addTunnel(entry('ssh', bed.port))
  const [before] = bed.tunnels.list()
  await bed.tunnels.stop(before?.id ?? 0)
  await bed.converse().addTunnel(entry('ssh', bed.port, '127.0.0.1:2222'))
  expect(bed.tunnels.list()).toMatchObject([
    { id: before?.id, target: '127.0.0.1:2222', enabled: false, status: { state: 'stopped' } },
  ])
})

test('a section that was renamed is known by its port', async () => {
  await bed.converse().addTunnel(entry('ssh', bed.port))
  const [before] = bed.tunnels.list()
  await bed.converse().addTunnel(entry('shell', bed.port))
  expect(bed.tunnels.list()).toMatchObject([{ id: before?.id, name: 'shell', pushedBy: 'agent' }])
})

test('the port of a tunnel that a person made stays as that person made it', async () => {
  const made = await bed.tunnels.add({
    clientId: 1,
    mode: 'tcp',
    name: 'mine',
    port: bed.port,
    target: '127.0.0.1:1',
  })
  expect(await bed.converse().addTunnel(entry('ssh', bed.port))).toBeNull()
  expect(bed.tunnels.list()).toMatchObject([
    { id: made.id, name: 'mine', target: '127.0.0.1:1', pushedBy: null },
  ])
})

test('a native agent is told whose that port is, and keeps the other ports of its section', async () => {
  const port = bed.port + 1
  const mine = { clientId: 1, mode: 'tcp', name: 'mine', port, target: '127.0.0.1:1' } as const
  const { id } = await bed.tunnels.add(mine)
  const receiver = bed.pushed.receiver({ id: 1 }, '203.0.113.7', { isNative: true })
  const range = { Mode: 'tcp', Remark: 'web', Ports: `${bed.port}-${port}`, Target: { TargetStr: '80-81' } }
  const refusal = await receiver?.addTunnel(decodePushedTunnel(Buffer.from(JSON.stringify(range))))
  expect(refusal).toMatchObject({
    code: 'port-taken',
    message: `Port ${port} belongs to tunnel ${id} “mine” of this lab box, which leads to 127.0.0.1:1. It was made on the server, and stays. Remove it there (nps tunnel remove -id=${id}), or choose another server_port.`,
    params: { port, holder: 'mine' },
  })
  expect(names()).toEqual(['mine', `web_${bed.port}`])

  await bed.tunnels.add({ ...mine, name: 'also-mine', port: port + 1 })
  const both = { ...range, Ports: `${port}-${port + 1}` }
  const refused = await receiver?.addTunnel(decodePushedTunnel(Buffer.from(JSON.stringify(both))))
  expect(refused?.message).toContain('stays. The same holds for 1 more of this section’s ports. Remove it')
})

test('limits hold, and what is refused is named in the log', async () => {
  const receiver = bed.converse()
  for (let at = 0; at < 3; at++) expect(await receiver.addTunnel(entry(`t${at}`, bed.port + at))).toBeNull()
  expect(await receiver.addTunnel(entry('fourth', bed.port + 3))).toBeInstanceOf(RelayError)
  expect(bed.log).toMatch(/refused.*entry=fourth.*code=limit-reached/)
  bed.clients.edit(1, { settings: { mayPush: false } })
  expect(bed.pushed.receiver({ id: 1 }, '203.0.113.7')).toBeUndefined()
})

test('a refusal names the holder of a port where that is a tunnel of the same client, and no other', async () => {
  const { id } = bed.clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  const { port } = bed
  const theirs = { clientId: id, mode: 'tcp', name: 'payroll', target: '127.0.0.1:1' } as const
  await bed.tunnels.add({ ...theirs, port })
  await bed.tunnels.add({ ...theirs, name: 'ssh', port: port + 1 })
  const receiver = bed.converse()
  expect((await receiver.addTunnel(entry('web', port)))?.message).not.toContain('payroll')
  expect(await receiver.addTunnel(entry('ssh', port + 2))).toBeNull()
  expect((await receiver.addTunnel(entry('web', port + 1)))?.message).not.toContain('ssh')
  expect((await receiver.addTunnel(entry('web', port + 2)))?.message).toContain('"ssh"')
})

test('the relay’s own ports are taken on every address, and a server address is left out unless it is allowed', async () => {
  const on = (Remark: string, Ports: number, ServerIp: string) =>
    decodePushedTunnel(
      Buffer.from(
        JSON.stringify({ Mode: 'tcp', Remark, Ports: String(Ports), ServerIp, Target: { TargetStr: '22' } }),
      ),
    )
  for (const own of [8024, bed.ownPort])
    for (const address of ['', '::1', '127.0.0.1'])
      expect(await bed.converse().addTunnel(on('bridge', own, address))).toBeInstanceOf(RelayError)
  expect(bed.log).toMatch(/refused.*entry=bridge.*code=port-taken/)
  expect(await bed.converse().addTunnel(on('ssh', bed.port, '127.0.0.2'))).toBeNull()
  expect(bed.tunnels.list().map(({ settings }) => settings.listenIp)).toEqual([undefined])
  expect(bed.log).toMatch(/server_ip of a pushed tunnel is left out.*entry=ssh serverIp=127.0.0.2/)
  // As a later nps may store it: whatever it allows, it is not every address.
  bed.clients.edit(1, { settings: JSON.parse('{"pushAddress":["127.0.0.3"]}') as ClientSettings })
  expect(await bed.converse().addTunnel(on('ssh', bed.port, '127.0.0.2'))).toBeNull()
  expect(bed.tunnels.list().map(({ settings }) => settings.listenIp)).toEqual([undefined])
  bed.clients.edit(1, { settings: { pushAddress: true } })
  expect(await bed.converse().addTunnel(on('ssh', bed.port, '127.0.0.2'))).toBeNull()
  expect(bed.tunnels.list().map(({ settings }) => settings.listenIp)).toEqual(['127.0.0.2'])
})

test('an agent brings 64 tunnels, unless its client’s limit says otherwise', async () => {
  const { id } = bed.clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  const receiver = bed.pushed.receiver({ id }, '203.0.113.7')
  const secret = (at: number) =>
    decodePushedTunnel(
      Buffer.from(
        JSON.stringify({
          Mode: 'secret',
          Remark: `s${at}`,
          Password: `a-password-of-its-own-${at}`,
          Target: { TargetStr: '22' },
        }),
      ),
    )
  for (let at = 0; at < 64; at++) expect(await receiver?.addTunnel(secret(at))).toBeNull()
  expect(await receiver?.addTunnel(secret(64))).toBeInstanceOf(RelayError)
  await bed.tunnels.add({ clientId: id, mode: 'tcp', name: 'by hand', port: bed.port, target: '127.0.0.1:1' })
})

test('passwords of others’ private tunnels cannot be tried out by bringing them', async () => {
  await bed.tunnels.add({
    clientId: 1,
    mode: 'private',
    target: '127.0.0.1:1',
    settings: { password: 'guess me' },
  })
  const { id } = bed.clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  const bring = (Password: string, at: number) => {
    const entryOf = { Mode: 'secret', Remark: `s${at}`, Password, Target: { TargetStr: '22' } }
    return bed.pushed
      .receiver({ id }, '203.0.113.7')
      ?.addTunnel(decodePushedTunnel(Buffer.from(JSON.stringify(entryOf))))
  }
  for (let at = 0; at < 5; at++) expect(await bring('guess me', at)).toBeInstanceOf(RelayError)
  expect(await bring('not one of theirs', 6)).toBeInstanceOf(RelayError)
  expect(bed.log).toMatch(/entry=s6.*code=limit-reached/)
})

const privately = (Remark: string, Password: string) =>
  decodePushedTunnel(
    Buffer.from(JSON.stringify({ Mode: 'secret', Remark, Password, Target: { TargetStr: '22' } })),
  )

test('two sections of one npc.conf with one password are a mistake, however often it comes, and no guess', async () => {
  for (let time = 0; time < 7; time++) {
    const receiver = bed.converse()
    expect(await receiver.addTunnel(privately('first', 'one password for two'))).toBeNull()
    expect(await receiver.addTunnel(privately('second', 'one password for two'))).toBeInstanceOf(RelayError)
  }
})

test('who has guessed loses no tunnel that it brought before', async () => {
  const { id } = bed.clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  await bed.pushed.receiver({ id }, '203.0.113.8')?.addTunnel(privately('theirs', 'the password of theirs'))
  for (let time = 0; time < 7; time++) {
    const receiver = bed.converse()
    expect(await receiver.addTunnel(privately('copied', 'the password of theirs'))).toBeInstanceOf(RelayError)
    await receiver.addTunnel(privately('own', 'a password of its own'))
    receiver.done()
    bed.online(1).leave()
    await bed.tunnels.retryFailed()
  }
  expect(bed.tunnels.list().map(({ name }) => name)).toEqual(['theirs', 'own'])
})

test('status tells what listens, of an agent that is online, and of nobody else’s', async () => {
  const receiver = bed.converse()
  await receiver.addTunnel(entry('ssh', bed.port))
  expect(receiver.running(md5Hex(PushedBed.vkey))).toEqual([])
  bed.online(1)
  expect(receiver.running(md5Hex(PushedBed.vkey))).toEqual(['ssh'])
  bed.clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  bed.online(2)
  expect(receiver.running(md5Hex('another-key-0123456789'))).toEqual([])
})
