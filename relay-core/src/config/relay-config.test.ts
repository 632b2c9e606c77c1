import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { RelayError } from '../api/errors.ts'
import { consoleIsGuarded, parseRelayConfig, relayConfigKeys } from './relay-config.ts'

const shipped = readFileSync(join(import.meta.dirname, '../../conf/nps.conf'), 'utf8')

describe('nps.conf', () => {
  test('the shipped file has every key, no warnings, and a console that nobody can enter yet', () => {
    const { config, warnings } = parseRelayConfig(shipped, 'nps.conf')
    expect(warnings).toEqual([])
    expect(config).toMatchObject({ bridgePort: 8024, webPort: 8080, webIp: '0.0.0.0', webUsername: 'admin' })
    expect(consoleIsGuarded(config)).toBe(false)
    for (const key of relayConfigKeys) expect(shipped).toMatch(new RegExp(`^#?${key}\\s*=`, 'm'))
  })

  test('the stock dialect is read: spaces, case, comments, byte order mark, CRLF', () => {
    const text =
      '\uFEFF# c\r\nWeb_Port = 9000\r\n; c\r\nweb_username="a b"\r\nallow_ports = 7000-9000, 10001\r\n'
    const { config } = parseRelayConfig(text, 'nps.conf')
    expect(config).toMatchObject({ webPort: 9000, webUsername: 'a b' })
    expect(String(config.allowPorts)).toBe('7000-9000,10001')
  })

  test.each([
    ['web_port=80a', 'web_port needs a port from 1 to 65535, found "80a"'],
    ['bridge_port=70000', 'bridge_port needs a port from 1 to 65535, found "70000"'],
    ['bridge_port=', 'bridge_port needs'],
    ['stock_protocol=yes', 'stock_protocol needs true or false, found "yes"'],
    ['bridge_ip=example', 'bridge_ip needs an IP address'],
    ['allow_ports=9000-7000', 'allow_ports needs ports and ranges'],
    ['log_level=9', 'log_level needs a number from 0'],
    ['nonsense', 'expected key=value, found "nonsense"'],
  ])('%s is refused with file and line', (line, message) => {
    const text = `# first\n${line}\n`
    expect(() => parseRelayConfig(text, '/etc/nps/conf/nps.conf')).toThrow(RelayError)
    expect(() => parseRelayConfig(text, '/etc/nps/conf/nps.conf')).toThrow(
      `/etc/nps/conf/nps.conf:2: ${message}`,
    )
  })

  test('unknown and doubled keys are warnings with their line', () => {
    const { config, warnings } = parseRelayConfig('web_port=1\npublic_vkey=123\nweb_port=2\n', 'nps.conf')
    expect(config.webPort).toBe(2)
    expect(warnings.map(({ line }) => line)).toEqual([2, 3])
  })

  test.each([
    ['S3: 123, the stock default', '123', 'the first that a scanner tries'],
    ['a short one', 'only-15-letters', 'too short'],
  ])('public_vkey: %s lets nobody in, and is told so', (_name, key, why) => {
    const { config, warnings } = parseRelayConfig(`public_vkey=${key}`, 'nps.conf')
    expect(config.publicVkey).toBeNull()
    expect(warnings[0]?.message).toContain(why)
    expect(warnings[0]?.message).not.toContain(key)
  })

  test('public_vkey of 16 characters is taken, an empty one is not missed', () => {
    const { config, warnings } = parseRelayConfig('public_vkey=sixteen-letters-', 'nps.conf')
    expect(config.publicVkey?.reveal()).toBe('sixteen-letters-')
    expect(warnings).toEqual([])
    expect(parseRelayConfig('public_vkey=', 'nps.conf')).toMatchObject({
      config: { publicVkey: null },
      warnings: [],
    })
  })

  test('a password does not show when the settings are printed', () => {
    const { config } = parseRelayConfig('web_password=goudan-77', 'nps.conf')
    expect(`${inspect(config)}${JSON.stringify(config)}`).not.toContain('goudan-77')
  })

  test.each([
    ['', false],
    ['123', false],
    ['admin', false],
    ['Boss', false],
    ['PassWord', false],
    ['goudan-77', true],
  ])('the password %j guards the console: %j', (password, guarded) => {
    const { config } = parseRelayConfig(`web_username=boss\nweb_password=${password}\n`, 'nps.conf')
    expect(consoleIsGuarded(config)).toBe(guarded)
  })
})
