import { expect, test } from 'vitest'
import {
  isUpgradeRequest,
  rewriteLocation,
  rewriteRequest,
  rewriteResponse,
  type RequestRewriting,
} from './rewrite-head.ts'

const visit = { address: '198.51.100.7', port: 51234, scheme: 'https' } as const
const plain: RequestRewriting = { addOrigin: false, dropAuthorization: false }

function rewrite(headers: string[], rewriting: Partial<RequestRewriting> = {}, method = 'GET') {
  return rewriteRequest({ method, host: 'lab.example.com', headers }, visit, { ...plain, ...rewriting })
}

test('end-to-end fields pass in their order and spelling; those of the connection do not', () => {
  expect(
    rewrite([
      'Host',
      'lab.example.com',
      'X-Two',
      '1',
      'x-two',
      '2',
      'Connection',
      'keep-alive, X-Hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      'timeout=5',
      'TE',
      'trailers',
      'Proxy-Connection',
      'close',
      'Cookie',
      'a=b',
    ]),
  ).toEqual(['Host', 'lab.example.com', 'X-Two', '1', 'x-two', '2', 'Cookie', 'a=b', 'Connection', 'close'])
})

test('a visitor cannot have the length or the host dropped by naming it in Connection', () => {
  expect(
    rewrite(['Host', 'lab.example.com', 'Connection', 'content-length, host', 'Content-Length', '3']),
  ).toEqual(['Host', 'lab.example.com', 'Content-Length', '3', 'Connection', 'close'])
})

test('Host and set fields replace what the visitor sent', () => {
  expect(
    rewrite(['Host', 'lab.example.com', 'x-mine', 'theirs', 'X-Mine', 'again'], {
      hostHeader: 'localhost:8888',
      setHeaders: { 'X-Mine': 'a:b' },
    }),
  ).toEqual(['Host', 'localhost:8888', 'X-Mine', 'a:b', 'Connection', 'close'])
})

test('the origin is added behind what proxies before us have said', () => {
  expect(
    rewrite(['Host', 'lab.example.com', 'X-Forwarded-For', '10.0.0.1', 'X-Real-IP', '1.1.1.1'], {
      addOrigin: true,
    }),
  ).toEqual([
    'Host',
    'lab.example.com',
    'X-Forwarded-For',
    '10.0.0.1, 198.51.100.7',
    'X-Real-IP',
    '198.51.100.7',
    'X-Forwarded-Proto',
    'https',
    'Connection',
    'close',
  ])
})

test('the password for the relay stays with the relay', () => {
  expect(rewrite(['authorization', 'Basic eDp5'], { dropAuthorization: true })).not.toContain('Basic eDp5')
  expect(rewrite(['authorization', 'token x'])).toContain('token x')
})

test('a body is announced as it came, and an absent one as empty where a method could have one', () => {
  expect(rewrite(['Transfer-Encoding', 'chunked'], {}, 'POST')).toEqual([
    'Host',
    'lab.example.com',
    'Transfer-Encoding',
    'chunked',
    'Connection',
    'close',
  ])
  expect(rewrite([], {}, 'POST')).toEqual([
    'Host',
    'lab.example.com',
    'Content-Length',
    '0',
    'Connection',
    'close',
  ])
})

test('an upgrade passes, h2c and one with a body do not', () => {
  const upgrade = ['Connection', 'keep-alive, Upgrade', 'Upgrade', 'websocket']
  expect(isUpgradeRequest(upgrade)).toBe(true)
  expect(rewrite(upgrade)).toEqual([
    'Host',
    'lab.example.com',
    'Connection',
    'Upgrade',
    'Upgrade',
    'websocket',
  ])
  for (const other of [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade', 'Upgrade', 'h2c'],
    ['Connection', 'Upgrade', 'Upgrade', 'websocket, h2c'],
    [...upgrade, 'Content-Length', '5'],
    [...upgrade, 'Transfer-Encoding', 'chunked'],
  ]) {
    expect({ other, passes: isUpgradeRequest(other) }).toEqual({ other, passes: false })
    expect(rewrite(other)).not.toContain('Upgrade')
  }
})

test('an answer keeps every cookie and loses what concerns the connection', () => {
  expect(
    rewriteResponse([
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Connection',
      'close',
      'Transfer-Encoding',
      'chunked',
      'Date',
      'x',
    ]),
  ).toEqual(['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Date', 'x'])
})

test('twins with underscores of what the relay sets, or of the framing, do not pass; others do', () => {
  const twins = ['X_Forwarded_For', '1.1.1.1', 'x_real-ip', '1.1.1.1', 'X_Mine', 'theirs']
  const framing = ['Content_Length', '7', 'Transfer_Encoding', 'chunked', 'HOST', 'x', 'Upgrade_', 'y']
  expect(
    rewrite([...twins, ...framing, 'X_Other', 'kept'], { addOrigin: true, setHeaders: { 'X-Mine': 'ours' } }),
  ).toEqual([
    'Host',
    'lab.example.com',
    'X-Forwarded-For',
    '198.51.100.7',
    'X-Real-IP',
    '198.51.100.7',
    'X-Forwarded-Proto',
    'https',
    'X-Mine',
    'ours',
    'Upgrade_',
    'y',
    'X_Other',
    'kept',
    'Connection',
    'close',
  ])
})

test('with another Host, Origin and Referer follow where they name the visited one; Location leads back', () => {
  const rewriting = { hostHeader: 'localhost:8888' }
  const names = (origin: string, referer: string) => ['Origin', origin, 'Referer', referer]
  expect(rewrite(names('https://LAB.example.com', 'https://lab.example.com/tree?x#y'), rewriting)).toEqual([
    'Host',
    'localhost:8888',
    ...names('http://localhost:8888', 'http://localhost:8888/tree?x#y'),
    'Connection',
    'close',
  ])
  const others = names('https://evil.example', 'https://lab.example.com.evil.example/')
  expect(rewrite(others, rewriting)).toEqual(['Host', 'localhost:8888', ...others, 'Connection', 'close'])
  expect(rewrite(names('null', 'https://lab.example.com/'))).toContain('https://lab.example.com/')
  const back = { visit, host: 'lab.example.com', hostHeader: 'localhost:8888' }
  expect(rewriteLocation(['Location', 'http://localhost:8888/tree'], back)).toEqual([
    'Location',
    'https://lab.example.com/tree',
  ])
  expect(rewriteLocation(['Location', '/tree', 'X', 'http://localhost:8888'], back)).toEqual([
    'Location',
    '/tree',
    'X',
    'http://localhost:8888',
  ])
})

test('a target’s connection lives as long as its visitor’s may', () => {
  expect(rewrite([], { isKept: true }).slice(-2)).toEqual(['Connection', 'keep-alive'])
})
