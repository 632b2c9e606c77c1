import { parse } from 'ssh-config'
import { expect, test } from 'vitest'
import { entriesText, knownHostsText, namesIn, pathValue, type SshEntry } from './entries-text.ts'

const host = { labId: 'l1', labName: 'lab-a100', host: '120.1.1.2', port: 7001, user: 'goudan' }
const pinned: SshEntry = {
  name: 'lab-a100',
  host,
  hostKey: { algorithm: 'ssh-ed25519', key: 'QUFB' },
  identityFile: '"/home/goudan/.ssh/id lab"',
}
const unseen: SshEntry = {
  name: 'h200',
  host: { ...host, labId: 's1-c2', port: 7002, user: null },
  hostKey: null,
  identityFile: null,
}

test('an entry says all that ssh needs, and holds it to the pinned key', () => {
  const text = entriesText([pinned, unseen], { knownHosts: '~/.ssh/keys' })
  expect(text.slice(text.indexOf('Host '))).toBe(`Host lab-a100
  # lab box l1
  HostName 120.1.1.2
  Port 7001
  User goudan
  HostKeyAlias lab-a100.nps-desktop
  UserKnownHostsFile ~/.ssh/keys
  StrictHostKeyChecking yes
  IdentityFile "/home/goudan/.ssh/id lab"
  IdentitiesOnly yes
  ServerAliveInterval 15
  ServerAliveCountMax 4

Host h200
  # lab box s1-c2
  HostName 120.1.1.2
  Port 7002
  HostKeyAlias h200.nps-desktop
  ServerAliveInterval 15
  ServerAliveCountMax 4

`)
  expect(parse(text).compute('lab-a100', { matchExec: false })).toMatchObject({
    HostName: '120.1.1.2',
    Port: '7001',
  })
  expect(knownHostsText([pinned, unseen])).toBe('lab-a100.nps-desktop ssh-ed25519 QUFB\n')
  expect([...namesIn(text)]).toEqual([
    ['l1', 'lab-a100'],
    ['s1-c2', 'h200'],
  ])
})

const dollar = '$'

test('a path is written so that ssh reads that path, or not at all', () => {
  expect(pathValue('/home/a b/50%', { isWindows: false })).toBe('"/home/a b/50%%"')
  expect(pathValue(String.raw`C:\Users\Li Ming\.ssh\id`, { isWindows: true })).toBe(
    '"C:/Users/Li Ming/.ssh/id"',
  )
  for (const path of ['/a"b', '/a\nProxyCommand id', String.raw`/${dollar}{HOME}/id`, '/a\\b'])
    expect(pathValue(path, { isWindows: false })).toBe(null)
})
