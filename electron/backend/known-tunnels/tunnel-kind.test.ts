import { expect, test } from 'vitest'
import { addressOf, kindOf } from './tunnel-kind.ts'

const tunnel = (target: string, name = '', mode: Parameters<typeof kindOf>[0]['mode'] = 'tcp') => ({
  name,
  target,
  mode,
})

test.each([
  ['127.0.0.1:22', 'ssh'],
  ['127.0.0.1:8889', 'jupyter'],
  ['10.0.0.5:6006', 'tensorboard'],
  ['127.0.0.1:3389', 'rdp'],
  ['127.0.0.1:5901', 'vnc'],
  // of several targets the last one counts
  ['10.0.0.5:9,10.0.0.6:22', 'ssh'],
  ['127.0.0.1:8080', 'tcp'],
] as const)('a tunnel that was made elsewhere to %s is taken for %s', (target, kind) => {
  expect(kindOf(tunnel(target), undefined)).toBe(kind)
})

test('where its port says nothing, its name does', () => {
  expect(kindOf(tunnel('127.0.0.1:8443', 'code-server of the lab'), undefined)).toBe('code')
  expect(kindOf(tunnel('127.0.0.1:9000', '大模型'), undefined)).toBe('llm')
  expect(kindOf(tunnel('127.0.0.1:9000', 'Jupyter over ssh'), undefined)).toBe('jupyter')
  expect(kindOf(tunnel('127.0.0.1:9000', 'Results'), undefined)).toBe('tcp')
})

test('what it has shown itself to be comes before both, and after what a person has said', () => {
  expect(kindOf(tunnel('127.0.0.1:8888', 'Jupyter'), undefined, 'code')).toBe('code')
  expect(kindOf(tunnel('127.0.0.1:8443'), 'tcp', 'code')).toBe('tcp')
  expect(kindOf(tunnel('127.0.0.1:8443', '', 'udp'), undefined, 'code')).toBe('udp')
})

test('what a person has made it stays, and its mode comes before both', () => {
  expect(kindOf(tunnel('127.0.0.1:8888', 'Jupyter'), 'tcp')).toBe('tcp')
  expect(kindOf(tunnel('127.0.0.1:8080'), 'code')).toBe('code')
  expect(kindOf(tunnel('127.0.0.1:22', 'ssh', 'udp'), 'ssh')).toBe('udp')
  expect(kindOf(tunnel('127.0.0.1:22', '', 'private'), undefined)).toBe('ssh')
  expect(kindOf(tunnel('', '', 'privateSocks5'), undefined)).toBe('socks5')
})

test('an address is what the programs of its kind are given, IPv6 in brackets', () => {
  const at = { host: '2001:db8::7', port: 7001, user: 'alice' }
  expect(addressOf('ssh', at)).toBe('ssh -p 7001 alice@2001:db8::7')
  expect(addressOf('socks5', at)).toBe('socks5://[2001:db8::7]:7001')
  expect(addressOf('httpProxy', at)).toBe('http://[2001:db8::7]:7001')
  expect(addressOf('vnc', at)).toBe('[2001:db8::7]:7001')
  expect(addressOf('llm', at)).toBe('http://[2001:db8::7]:7001/v1')
  const entrance = { secure: true, path: '/hub/user/alice/' }
  expect(addressOf('jupyter', { ...at, entrance })).toBe('https://[2001:db8::7]:7001/hub/user/alice/')
})
