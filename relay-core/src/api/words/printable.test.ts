import { expect, test } from 'vitest'
import { words } from '../../wire/text-fields.ts'
import { displayName } from './scalars.ts'
import { printable, printableJson } from './printable.ts'

/** Every character that fits one unit: among them all that drive a terminal. */
const units = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code))

test('the API, the log and the wire leave out the same characters', () => {
  expect(units.filter((one) => printable(one) !== words(one))).toEqual([])
  const kept = units.filter((one) => printable(one, '') !== '')
  for (const one of ['\u001b', '\u009b', '\n', '\r', '\u007f', '\u2028', '\u202e', '\u2066', '\ud800'])
    expect(kept).not.toContain(one)
  expect(printable('实验室 é 👩‍💻')).toBe('实验室 é 👩‍💻')
})

test('a name of somebody else’s choosing keeps its letters only', () => {
  expect(displayName.parse('lab\u001b[2J\u202etxt')).toBe('lab [2J txt')
  expect(displayName.safeParse('\u001b\u0007').success).toBe(false)
})

test('JSON says the same after it', () => {
  const value = { name: 'a\u009b1\u202e\n', other: ['\u007f'] }
  const text = printableJson(JSON.stringify(value, null, 2))
  expect(JSON.parse(text)).toEqual(value)
  expect(printable(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''))
})
