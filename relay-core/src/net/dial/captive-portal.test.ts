import { expect, test } from 'vitest'
import { portalAtBridge, portalAtWeb } from './captive-portal.ts'

const host = 'relay.example.org'
const answer = (status: string, ...fields: string[]): string =>
  [`HTTP/1.1 ${status}`, ...fields, '', ''].join('\r\n')
const login = answer('302 Found', 'Location: http://portal.campus.example/login?mac=00:11&ip=10.0.0.9')

test('a login page is what sends elsewhere, and is told without what it says of this machine', () => {
  expect(portalAtWeb(login, host)).toBe('http://portal.campus.example/login')
  expect(portalAtBridge(login, host)).toBe('http://portal.campus.example/login')
  expect(portalAtWeb(answer('511 Network Authentication Required'), host)).toBe(
    'a page in place of the relay',
  )
  expect(portalAtBridge(answer('200 OK'), host)).toBe('a page in place of the relay')
})

test.each([
  ['nothing', ''],
  ['the end of a line', '\r\n\r\n'],
  ['the web server of the relay’s machine', answer('200 OK')],
  ['its way to HTTPS', answer('301 Moved', 'Location: https://relay.example.org/')],
  ['its way to www', answer('301 Moved', 'location: https://www.relay.example.org/')],
  ['its way to a name of its own', answer('301 Moved', 'Location: https://lab.example.net/')],
  [
    'its way there with the same method',
    answer('308 Permanent Redirect', 'Location: https://lab.example.net/'),
  ],
  ['its way to another page', answer('302 Found', 'Location: /login')],
  ['a way to no page', answer('302 Found', 'Location: javascript:alert(1)')],
  ['a link without being sent', answer('404 Not Found', 'Location: http://portal.campus.example/')],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
])('%s is no login page', (_what, said) => {
  expect(portalAtWeb(said, host)).toBeNull()
})

test('what a portal says cannot drive a terminal, nor fill the log', () => {
  const long = `http://portal.example/${'x'.repeat(5_000)}`
  expect(portalAtWeb(answer('302 Found', `Location: ${long}`), host)?.length).toBeLessThanOrEqual(200)
  const said = portalAtWeb(answer('302 Found', 'Location: http://portal.example/\x1b[2J\u202e'), host)
  // oxlint-disable-next-line no-control-regex
  expect(said).not.toMatch(/[\x00-\x1f\u202e]/)
})
