import type { Lab, Overview, Server, Tunnel } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { destinationOf, sshHosts } from './ssh-hosts.ts'

const tunnel = { id: 't1', labId: 'l1', kind: 'ssh', reach: 'anyone', port: 7001, target: '127.0.0.1:22' }
const address = { host: '10.0.0.5', port: 22, user: 'goudan' }

function hosts(parts: { lab?: object; tunnel?: object; host?: string }) {
  const overview = {
    servers: [{ id: 's1', relay: { host: parts.host ?? '120.1.1.2' } } as Server],
    labs: [{ id: 'l1', serverId: 's1', name: 'lab-a100', address, ...parts.lab } as Lab],
    tunnels: [{ ...tunnel, ...parts.tunnel } as Tunnel],
  }
  return sshHosts(overview as Overview)
}

test('a lab box is reached by its SSH tunnel, on the server or on this laptop', () => {
  expect(hosts({})).toEqual([
    { labId: 'l1', labName: 'lab-a100', host: '120.1.1.2', port: 7001, user: 'goudan' },
  ])
  expect(hosts({ tunnel: { reach: 'laptop', port: 22_001 } })).toMatchObject([
    { host: '127.0.0.1', port: 22_001 },
  ])
  for (const other of [{ kind: 'jupyter' }, { target: '10.0.0.9:22' }])
    expect(hosts({ tunnel: other })).toEqual([])
})

test('an account that a lab box tells is taken only where ssh can take it for nothing else', () => {
  const userOf = (account: string) => hosts({ lab: { address: null, account } })[0]?.user
  for (const name of ['goudan', '狗蛋', 'LAB\\goudan', 'goudan@lab.example.org', 'a100$'])
    expect(userOf(name)).toBe(name)
  for (const name of ['', '-oProxyCommand=id', 'a b', 'a\nHost *', '%r', 'a"b', "a'b", 'a;b'])
    expect(userOf(name)).toBe(null)
})

test('a host that could be read as something else has no entry', () => {
  for (const host of ['-oProxyCommand=id', 'a b', 'a\nProxyCommand id', '%h', 'h*'])
    expect(hosts({ host })).toEqual([])
  expect(hosts({ host: 'fd00::7' })).toHaveLength(1)
})

test('a lab box whose id could end its line has no entry', () => {
  expect(hosts({ lab: { id: 'l1\n  ProxyCommand id' }, tunnel: { labId: 'l1\n  ProxyCommand id' } })).toEqual(
    [],
  )
})

test('without a known account the destination is the host alone', () => {
  expect(destinationOf({ host: 'h', user: null })).toBe('h')
  expect(destinationOf({ host: 'h', user: 'u' })).toBe('u@h')
})
