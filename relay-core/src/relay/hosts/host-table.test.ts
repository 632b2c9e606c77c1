import { describe, expect, it } from 'vitest'
import { readTunnelHost, readVisitedHost } from './host-name.ts'
import { HostTable, type HostRule } from './host-table.ts'
import { readingsOf, rulePath } from './routing-path.ts'

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

  it('takes names in any script, and knows them in either form', () => {
    const ascii = 'xn--qbtm5249b.example.com'
    expect(readTunnelHost('实验室.Example.com')).toBe(ascii)
    expect(readTunnelHost('*.实验室.example.com')).toBe(`*.${ascii}`)
    expect(readTunnelHost('BÜCHER.example')).toBe('xn--bcher-kva.example')
    expect(readVisitedHost(`${ascii}:8080`)).toBe(ascii)
    expect(readVisitedHost(Buffer.from('实验室.example.com:8080').toString('latin1'))).toBe(ascii)
    for (const wrong of ['实/验', '实 验', '实@验', '实*.com', '\u202e实'])
      expect(() => readTunnelHost(wrong)).toThrow('is not a host name')
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

describe('paths', () => {
  it.each([
    ['/', '/'],
    ['/a/b?x=/c', '/a/b'],
    ['/a/', '/a/'],
    ['/%63losed', '/closed'],
    ['/%D6%D0', '/\u00d6\u00d0'],
    ['/%E6%95%B0', '/\u00e6\u0095\u00b0'],
    ['*', '/'],
  ])('%s has one reading, %s', (target, path) => {
    expect([...(readingsOf(target) ?? [])]).toEqual([path])
  })

  it.each([
    ['/open/../closed/x', ['/closed/x', '/open/../closed/x']],
    ['/open/%2e%2E/closed', ['/closed', '/open/../closed']],
    ['/closed/%2e%2e%2fopen', ['/closed/../open', '/open']],
    ['/closed/..\\open', ['/closed/..\\open', '/open']],
    ['/closed//../x', ['/closed/x', '/closed//../x', '/x']],
    ['/a//b', ['/a//b', '/a/b']],
    ['/a/./b/.', ['/a/b/', '/a/./b/.']],
    ['/open/..;x/closed', ['/open/..;x/closed', '/closed']],
    ['/open#/../closed', ['/closed', '/open#/../closed', '/open']],
    ['/../../etc', ['/etc', '/../../etc']],
  ])('%s is read in different ways', (target, readings) => {
    expect([...(readingsOf(target) ?? [])]).toEqual(readings)
  })

  it.each(['/%zz', '/a%', '/%2', '/%61dmin/%ff/../x', '/%ff/%2e'])('%s cannot be decoded', (target) => {
    expect(readingsOf(target)).toBeUndefined()
  })

  it('of a tunnel are one whether escaped or not', () => {
    expect(rulePath('/数据/')).toBe(rulePath('/%E6%95%B0%E6%8D%AE/'))
    expect(rulePath('/a/../b//c')).toBe('/b/c')
  })
})
