import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeInstallation } from '../../service/installation.ts'
import { personsAccount } from '../../service/persons-account.ts'
import { agentOrigin } from './agent-origin.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-origin-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a service tells its kind, and the account of the person who installed it', async () => {
  await writeInstallation(folder, { kind: 'systemd', program: '/usr/bin/npc', args: [], account: 'alice' })
  expect(await agentOrigin(folder, { NPS_SERVICE: 'systemd' })).toEqual({
    start: 'systemd',
    account: 'alice',
  })
})

test('one that an older npc has installed tells its kind alone', async () => {
  await writeInstallation(folder, { kind: 'cron', program: '/usr/bin/npc', args: [] })
  expect(await agentOrigin(folder, { NPS_SERVICE: 'cron' })).toEqual({ start: 'cron', account: '' })
})

test.each([
  '{"kind":"systemd","program":"/usr/bin/npc","args":[],"account":7}',
  '{"kind":"initd","program":"/usr/bin/npc","args":[]}',
  '{"kind":"systemd","program":"/usr/bin/npc","args":[7]}',
  '{"kind":"systemd","args":[]}',
  '[]',
  'null',
])('%s in place of what install kept is told as damaged', async (text) => {
  await writeFile(join(folder, 'service.json'), text)
  await expect(agentOrigin(folder, { NPS_SERVICE: 'systemd' })).rejects.toThrow('Run install again')
})

test('in the foreground it is who started it, also behind sudo', async () => {
  expect(await agentOrigin(folder, { SUDO_USER: 'bob' })).toEqual({ start: 'none', account: 'bob' })
})

test.each(['LAB\\carol', '-oProxyCommand=x', 'a b', ''])('the account "%s" is not told on', (name) => {
  expect(personsAccount({ SUDO_USER: name })).toBe('')
})
