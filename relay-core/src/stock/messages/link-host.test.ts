import { describe, expect, it } from 'vitest'
import { formatHostPort } from '../../net/address/host-port.ts'
import { parseLinkHost } from './link-host.ts'

describe('the host of a link', () => {
  it.each([
    ['127.0.0.1:22', '127.0.0.1', 22],
    ['lab.local:8888', 'lab.local', 8888],
    ['[::1]:80', '::1', 80],
    ['8888', '127.0.0.1', 8888],
    [':8888', '127.0.0.1', 8888],
  ])('%s', (text, host, port) => expect(parseLinkHost(text)).toEqual({ host, port }))

  it.each(['', 'lab', '::1:80', 'lab:0', 'lab:65536', 'lab:22:22'])('refuses %j', (text) => {
    expect(() => parseLinkHost(text)).toThrow(RangeError)
  })

  it('is written with brackets for IPv6', () => {
    expect(formatHostPort({ host: 'fd00::7', port: 22 })).toBe('[fd00::7]:22')
    expect(formatHostPort({ host: '10.0.0.7', port: 22 })).toBe('10.0.0.7:22')
  })
})
