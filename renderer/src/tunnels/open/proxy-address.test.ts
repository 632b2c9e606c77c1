import { expect, test } from 'vitest'
import { tunnel } from '../../testing/pasted-lab.ts'
import { proxyAddress } from './proxy-address.ts'

const socks5 = { ...tunnel, kind: 'socks5', address: 'socks5://127.0.0.1:1080' } as const
const http = { ...tunnel, kind: 'httpProxy', address: 'http://127.0.0.1:3128' } as const

test('a proxy of this laptop is told to a browser in fields and to programs by a line, and names are looked up in the lab', () => {
  expect(proxyAddress(socks5, null)).toEqual({
    host: '127.0.0.1',
    port: '1080',
    chromeOption: '--proxy-server=socks5://127.0.0.1:1080',
    curl: 'curl --socks5-hostname 127.0.0.1:1080 http://wiki.lab/',
  })
  expect(proxyAddress(http, null)).toMatchObject({
    port: '3128',
    chromeOption: '--proxy-server=http://127.0.0.1:3128',
    curl: 'curl -x http://127.0.0.1:3128 http://wiki.lab/',
  })
})

test('the line of a proxy with a sign-in has the user, whole for the shell, and never the password', () => {
  const address = 'http://[2001:db8::2]:7005'
  expect(proxyAddress({ ...http, address }, 'lab')).toMatchObject({
    host: '2001:db8::2',
    curl: 'curl -x http://[2001:db8::2]:7005 -U lab http://wiki.lab/',
  })
  expect(proxyAddress(socks5, "a guest's")?.curl).toContain(String.raw`-U 'a guest'\''s' http`)
})

test('no other tunnel is one, nor is one without an address', () => {
  expect(proxyAddress(tunnel, null)).toBeNull()
  expect(proxyAddress({ ...http, kind: 'web' }, null)).toBeNull()
  expect(proxyAddress({ ...socks5, address: '' }, null)).toBeNull()
})
