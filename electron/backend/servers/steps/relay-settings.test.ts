import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { editConfig, parseRelayConfig } from '@nps-desktop/relay-core/config'
import { expect, test } from 'vitest'
import { settingsToChange } from './relay-settings.ts'

const shipped = readFileSync(join(import.meta.dirname, '../../../../relay-core/conf/nps.conf'), 'utf8')
const wanted = { bridgePort: 8024, range: { from: 7000, to: 9000 }, consolePort: null }

test('the shipped file gets a password, the range, a console for the machine itself, and no unencrypted protocol', () => {
  const changes = settingsToChange(shipped, 'nps.conf', wanted)
  expect(changes).toEqual({
    allow_ports: '7000-9000',
    stock_protocol: 'false',
    web_ip: '127.0.0.1',
    web_password: expect.stringMatching(/^[a-zA-Z2-9]{20}$/) as string,
  })
  const edited = editConfig(shipped, changes)
  expect(settingsToChange(edited, 'nps.conf', wanted)).toEqual({})
  expect(edited.split('\n').filter((line) => line.startsWith('#'))).toEqual(
    shipped.split('\n').filter((line) => line.startsWith('#')),
  )
  expect(parseRelayConfig(edited, 'nps.conf').warnings).toEqual([])
})

test('what a person has set stays', () => {
  const own = editConfig(shipped, {
    web_password: 'my own long one',
    web_ip: '0.0.0.0',
    allow_ports: '7000-9000,10001',
  })
  expect(settingsToChange(own, 'nps.conf', wanted)).toEqual({})
  expect(settingsToChange(own, 'nps.conf', { ...wanted, range: { from: 9000, to: 9100 } })).toEqual({
    allow_ports: '7000-9000,10001,9000-9100',
  })
})

test('ports that are taken are left alone', () => {
  const own = editConfig(shipped, { web_password: 'my own long one', allow_ports: '7000-9000' })
  expect(settingsToChange(own, 'nps.conf', { ...wanted, bridgePort: 8025, consolePort: 8081 })).toEqual({
    bridge_port: '8025',
    web_port: '8081',
  })
})

test('agents of a relay that ran stock NPS are not cut off', () => {
  const stock = 'bridge_port=8024\nweb_username=admin\nweb_password=123\n'
  expect(settingsToChange(stock, 'nps.conf', wanted)).not.toHaveProperty('stock_protocol')
})

test('two passwords are never the same', () => {
  const passwords = Array.from(
    { length: 50 },
    () => settingsToChange(shipped, 'nps.conf', wanted)['web_password'],
  )
  expect(new Set(passwords).size).toBe(50)
})

test('a file that nps would refuse is not touched', () => {
  expect(() => settingsToChange('bridge_port=none\n', '/etc/nps/conf/nps.conf', wanted)).toThrow(
    '/etc/nps/conf/nps.conf',
  )
})
