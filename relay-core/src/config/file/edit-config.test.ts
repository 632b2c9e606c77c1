import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { editConfig } from './edit-config.ts'
import { parseRelayConfig } from '../relay/relay-config.ts'

const shipped = readFileSync(join(import.meta.dirname, '../../../conf/nps.conf'), 'utf8')

test('only the named lines change', () => {
  const edited = editConfig(shipped, { web_password: 'x7', web_port: '8081', allow_ports: '7000-9000' })
  const before = shipped.split('\n')
  const after = edited.split('\n')
  const added = after.filter((line) => !before.includes(line))
  expect(added).toEqual(['web_port = 8081', 'web_password=x7', 'allow_ports=7000-9000'])
  expect(after.length).toBe(before.length + 1)
  expect(after[after.indexOf('allow_ports=7000-9000') - 1]).toBe('#allow_ports=7000-9000')
})

test('unknown keys, order and CRLF stay; a missing key goes to the end; the last of two lines is the one that counts', () => {
  const text = 'foo=1\r\nweb_port=1\r\n# c\r\nweb_port=2\r\nbar = 2'
  expect(editConfig(text, { web_port: '3', log_level: '7' })).toBe(
    'foo=1\r\nweb_port=1\r\n# c\r\nweb_port=3\r\nbar = 2\r\nlog_level=7\r\n',
  )
})

test('a value that would become another line is refused', () => {
  expect(() => editConfig('', { web_password: 'a\nweb_ip=0.0.0.0' })).toThrow('cannot stand in nps.conf')
  expect(() => editConfig('', { web_password: ' a' })).toThrow('cannot stand in nps.conf')
})

test('what is edited in is read back, whatever the characters', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 40 }), (password) => {
      let text: string
      try {
        text = editConfig(shipped, { web_password: password })
      } catch {
        return
      }
      expect(parseRelayConfig(text, 'nps.conf').config.webPassword.reveal()).toBe(password)
    }),
  )
})
