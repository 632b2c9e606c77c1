import { expect, test } from 'vitest'
import { StoredRow } from './stored-row.ts'

const row = (values: Record<string, unknown>) => new StoredRow('tunnels', { id: 7, ...values })

test('columns come as what they were written as', () => {
  const read = row({ port: null, name: 'ssh', enabled: 1, limits: '{"maxConnections":3}', pushed_by: null })
  expect([read.integer('id'), read.integerOrNull('port'), read.text('name')]).toEqual([7, null, 'ssh'])
  expect([read.isOn('enabled'), read.textOrNull('pushed_by')]).toEqual([true, null])
  expect(read.json('limits')).toEqual({ maxConnections: 3 })
})

test.each([
  ['settings', '{"half', 'it is no JSON. '],
  ['settings', '[]', 'it is no JSON object. '],
  ['settings', null, 'it is no text. '],
  ['settings', undefined, 'it is no text. '],
])('a damaged "%s" (%s) is refused with its row and the next step', (column, value, why) => {
  expect(() => row({ [column]: value }).json(column)).toThrow(
    `relay.db cannot be read: "settings" of row 7 in "tunnels": ${why}Move relay.db away`,
  )
})

test.each(['7', 7.5, 2 ** 60, null])('%s is no port', (port) => {
  expect(() => row({ port }).integer('port')).toThrow('"port" of row 7 in "tunnels": it is no whole number')
})
