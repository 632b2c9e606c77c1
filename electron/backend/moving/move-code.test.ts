import { expect, test } from 'vitest'
import { formatMoveCode, keysOfMove, newMoveSecret, parseMoveCode } from './move-code.ts'

const secret = 'K7QF29XMDT4WB3HQ8NR'
const place = { host: '203.0.113.5', port: 8024 }
const code = formatMoveCode({ place, secret })
function outcomeOf(text: string): string {
  try {
    return parseMoveCode(text).secret
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('a code names the server and has four groups, which are read again', () => {
  expect(code).toMatch(/^203\.0\.113\.5:8024 K7QF2-9XMDT-4WB3H-Q8NR[0-9A-Z]$/)
  expect(parseMoveCode(code)).toEqual({ place, secret })
})

test('it is the same code however a person types it', () => {
  const [, groups = ''] = code.split(' ')
  const typings = [
    code.toLowerCase(),
    `  203.0.113.5:8024\n${groups.replaceAll('-', ' ')} `,
    `203.0.113.5:8024\t${groups.replaceAll('-', '')}`,
    `203.0.113.5：8024 ${groups.replaceAll('-', '–')}`,
    `２０３.0.113.5:8024　${groups}`,
  ]
  for (const typed of typings) expect([typed, parseMoveCode(typed)]).toEqual([typed, { place, secret }])
  const withLookalikes = formatMoveCode({ place, secret: '0000000000111111111' })
  const [, zeros = ''] = withLookalikes.split(' ')
  expect(parseMoveCode(`203.0.113.5:8024 ${zeros.replaceAll('0', 'o').replaceAll('1', 'l')}`).secret).toBe(
    '0000000000111111111',
  )
})

test('a server by its name or IPv6 address stands in a code too', () => {
  for (const host of ['my-server.example.org', '2001:db8::5']) {
    const other = { place: { host, port: 443 }, secret }
    expect(parseMoveCode(formatMoveCode(other))).toEqual(other)
  }
})

test('what is no code is refused before anything is dialled', () => {
  const wrong = [
    '',
    secret,
    '203.0.113.5:8024',
    code.slice(0, -1),
    `${code}A`,
    code.replace(':8024', ''),
    code.replace('K7', 'KU'),
    code.replace('8024', '80240'),
    'K7QF2-9XMDT-4WB3H-Q8NRC 203.0.113.5:8024',
  ]
  for (const text of wrong) expect([text, outcomeOf(text)]).toEqual([text, 'code-mistyped'])
})

test('nearly every mistyped letter is noticed', () => {
  let missed = 0
  let tried = 0
  for (let at = code.indexOf(' ') + 1; at < code.length; at++) {
    for (const symbol of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
      if (code[at] === '-' || code[at] === symbol) continue
      tried += 1
      if (outcomeOf(code.slice(0, at) + symbol + code.slice(at + 1)) !== 'code-mistyped') missed += 1
    }
  }
  expect(tried).toBe(20 * 31)
  expect(missed).toBeLessThan(tried / 16)
})

test('of one secret come three keys, which do not tell of each other; another secret has others', () => {
  const keys = keysOfMove(secret)
  expect(keysOfMove(secret)).toEqual(keys)
  expect(new Set([...Object.values(keys), ...Object.values(keysOfMove(newMoveSecret()))]).size).toBe(6)
  expect(Object.values(keys).every((key) => /^[\w-]{43}$/.test(key))).toBe(true)
  // so that another version of the app finds the same
  expect(keys).toMatchInlineSnapshot(`
    {
      "passphrase": "zo32x-D6fvAPuoddMhVCs642BLUni-8jSBCUXI-VKdk",
      "password": "cBxAodw7dfVDhcGZBJ7lGLIkcLD1dTWs0FMYb0P0cvY",
      "request": "KKvj2A1tbDpKN-XHB36-OvAdXWO27APN-19y_L7uVHQ",
    }
  `)
})

test('secrets are made of all symbols, and never twice', () => {
  const made = Array.from({ length: 500 }, newMoveSecret)
  expect(new Set(made).size).toBe(500)
  expect(new Set(made.join('')).size).toBe(32)
})
