import { describe, expect, it } from 'vitest'
import { readTunnelHost, readVisitedHost } from './host-name.ts'
import { HostTable, type HostRule } from './host-table.ts'
import { routingPath } from './routing-path.ts'

function table(...rules: [name: string, path?: string, scheme?: HostRule['scheme']][]): HostTable<string> {
  const hosts = new HostTable<string>()
  for (const [name, path = '/', scheme = 'all'] of rules) hosts.add({ name, path, scheme }, `${name}${path}`)
  return hosts
}

describe('host table', () => {
  it('takes the exact name before wildcards, and the longest wildcard before shorter ones', () => {
    const hosts = table(['*'], ['*.example.com'], ['*.lab.example.com'], ['a.lab.example.com'])
    const find = (name: string) => hosts.find(name, '/', 'http')
    expect(find('a.lab.example.com')).toBe('a.lab.example.com/')
    expect(find('b.lab.example.com')).toBe('*.lab.example.com/')
    expect(find('c.b.lab.example.com')).toBe('*.lab.example.com/')
    expect(find('lab.example.com')).toBe('*.example.com/')
    expect(find('elsewhere.org')).toBe('*/')
    expect(find('')).toBe('*/')
  })

  it('never takes a part of a name for the name', () => {
    const hosts = table(['*.example.com'])
    for (const name of ['example.com', 'notexample.com', 'a.example.com.evil.org', 'xexample.com', '::1']) {
      expect({ name, found: hosts.find(name, '/', 'http') }).toEqual({ name, found: undefined })
    }
  })

  it('takes the longest path within a name, then a wider name', () => {
    const hosts = table(['a.com', '/x'], ['a.com', '/x/deep'], ['*.com', '/'])
    expect(hosts.find('a.com', '/x/deep/y', 'http')).toBe('a.com/x/deep')
    expect(hosts.find('a.com', '/x/y', 'http')).toBe('a.com/x')
    expect(hosts.find('a.com', '/other', 'http')).toBe('*.com/')
  })

  it('keeps http and https apart, and refuses two tunnels that answer to the same', () => {
    const hosts = table(['a.com', '/', 'http'])
    expect(hosts.find('a.com', '/', 'https')).toBeUndefined()
    const remove = hosts.add({ name: 'a.com', path: '/', scheme: 'https' }, 'secure')
    expect(hosts.find('a.com', '/', 'https')).toBe('secure')
    expect(() => hosts.add({ name: 'a.com', path: '/', scheme: 'all' }, 'both')).toThrow(
      'answers to a.com/ already',
    )
    remove()
    remove()
    expect(hosts.find('a.com', '/', 'https')).toBeUndefined()
    expect(hosts.find('a.com', '/', 'http')).toBe('a.com/')
  })
})

describe('host names', () => {
  it('reads what a tunnel may be called', () => {
    expect(readTunnelHost(' Lab.Example.COM. ')).toBe('lab.example.com')
    expect(readTunnelHost('*.Example.com')).toBe('*.example.com')
    expect(readTunnelHost('*')).toBe('*')
    expect(readTunnelHost('192.0.2.7')).toBe('192.0.2.7')
    expect(readTunnelHost('[2001:DB8::0:1]')).toBe('2001:db8::1')
    for (const wrong of [
      '',
      '.',
      'a*.com',
      '*.*.com',
      'lab.*',
      '*lab.com',
      'a b',
      'a/b',
      'http://a',
      'a..b',
      'a:80',
    ])
      expect(() => readTunnelHost(wrong)).toThrow(`"${wrong}" is not a host name`)
  })

  it('reads Host headers, without port and with brackets', () => {
    expect(readVisitedHost('Lab.Example.com:8080')).toBe('lab.example.com')
    expect(readVisitedHost('lab.example.com.')).toBe('lab.example.com')
    expect(readVisitedHost('lab.example.com:')).toBe('lab.example.com')
    expect(readVisitedHost('[::1]:8080')).toBe('::1')
    expect(readVisitedHost('[0:0:0:0:0:0:0:1]')).toBe('::1')
    expect(readVisitedHost('127.0.0.1:80')).toBe('127.0.0.1')
    for (const wrong of [
      '',
      ':80',
      '::1',
      'a:b',
      'a:80:90',
      'u@a',
      'a b',
      'a/b',
      '*',
      '*.com',
      '[::g]',
      '[a.com]',
      'a\u0000',
    ])
      expect({ wrong, name: readVisitedHost(wrong) }).toEqual({ wrong, name: undefined })
  })
})

describe('routing path', () => {
  it.each([
    ['/', '/'],
    ['/a/b?x=/c', '/a/b'],
    ['/a/', '/a/'],
    ['/a/./b//c', '/a/b/c'],
    ['/open/../closed', '/closed'],
    ['/open/%2e%2E/closed', '/closed'],
    ['/open/%2e%2e%2fclosed', '/closed'],
    ['/open/..\\closed', '/closed'],
    ['/open/%ff%2e%2e/closed', '/open/%ff../closed'],
    ['/open/%ff/%2e%2e/%2e%2e/closed', '/closed'],
    ['/../../etc', '/etc'],
    ['/%63losed', '/closed'],
    ['/a/..', '/'],
    ['*', '/'],
  ])('%s counts as %s', (target, path) => {
    expect(routingPath(target)).toBe(path)
  })
})
