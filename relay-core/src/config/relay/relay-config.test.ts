import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import { isSettingKey, settingOf, settings } from '../../api/conf/settings.ts'
import { changedSettings, consoleIsGuarded, parseRelayConfig } from './relay-config.ts'

const shipped = readFileSync(join(import.meta.dirname, '../../../conf/nps.conf'), 'utf8')

describe('nps.conf', () => {
  test('the shipped file has every key, no warnings, and a console that nobody can enter yet', () => {
    const { config, warnings } = parseRelayConfig(shipped, 'nps.conf')
    expect(warnings).toEqual([])
    expect(config).toMatchObject({ bridgePort: 8024, webPort: 8080, webIp: '0.0.0.0', webUsername: 'admin' })
    expect(consoleIsGuarded(config)).toBe(false)
    for (const key of Object.keys(settings)) expect(shipped).toMatch(new RegExp(`^#?${key}\\s*=`, 'm'))
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
    ['stock_protocol=maybe', 'stock_protocol needs true or false, found "maybe"'],
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

  test.each([
    ['https_just_proxy=yes', { hosts: { passThrough: true } }],
    ['https_just_proxy=on', { hosts: { passThrough: true } }],
    ['http_add_origin_header=T', { hosts: { addOrigin: true } }],
    ['ip_limit=FALSE', { ipLimit: false }],
    ['ip_limit=0', { ipLimit: false }],
    ['ip_limit=1', { ipLimit: true }],
    ['web_open_ssl=no', { webTls: null }],
    ['stock_protocol=', { stockProtocol: false }],
    ['log_level=', { logLevel: 'info' }],
    ['web_ip=localhost', { webIp: '127.0.0.1' }],
    ['bridge_ip=localhost', { bridgeIp: '127.0.0.1' }],
    ['web_base_url=nps/', { webBaseUrl: '/nps' }],
    ['bridge_port=${BP||8025}', { bridgePort: 8025 }],
    ['bridge_port=${NPS_BP||8025}', { bridgePort: 8026 }],
    ['web_username=${NPS_NONE}', { webUsername: '' }],
    ['web_username=a${NPS_BP}', { webUsername: 'a${NPS_BP}' }],
  ])('%s is taken as stock takes it', (line, expected) => {
    const { config, warnings } = parseRelayConfig(line, 'nps.conf', { NPS_BP: '8026' })
    expect(config).toMatchObject(expected)
    expect(warnings).toEqual([])
  })

  test('a password from the environment, and its default', () => {
    const password = (environment: Record<string, string>) =>
      parseRelayConfig('web_password=${NPS_PW||x||y}', 'nps.conf', environment).config.webPassword.reveal()
    expect(password({ NPS_PW: 'from outside' })).toBe('from outside')
    expect(password({ NPS_PW: '' })).toBe('x||y')
  })

  test('a list of ports may end in a comma', () => {
    expect(String(parseRelayConfig('allow_ports=7000-9000,10001,', 'nps.conf').config.allowPorts)).toBe(
      '7000-9000,10001',
    )
  })

  test('what has changed is told by its key, and only what has', () => {
    const read = (text: string) => parseRelayConfig(text, '/etc/nps/conf/nps.conf', {}).config
    expect(changedSettings(read('bridge_port=8024'), read(''))).toEqual([])
    const after = 'bridge_port=8025\nweb_password=x\nlog_level=7\nweb_open_ssl=true\nhttp_proxy_port=80'
    expect(changedSettings(read(''), read(after))).toEqual([
      'http_proxy_port',
      'bridge_port',
      'web_password',
      'web_open_ssl',
      'web_cert_file',
      'web_key_file',
      'log_level',
    ])
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

describe('the yes/no keys', () => {
  const refusesWords = (key: string) => {
    try {
      parseRelayConfig(`${key}=perhaps`, 'nps.conf')
      return false
    } catch (error) {
      return String(error).includes('needs true or false')
    }
  }

  test.each(Object.keys(settings))(
    '%s is a switch in the table exactly when its reader takes yes and no',
    (key) => {
      expect(settingOf(key)?.switch !== undefined).toBe(refusesWords(key))
    },
  )

  test.each(Object.keys(settings).filter((key) => isSettingKey(key) && settingOf(key)?.switch))(
    '%s without a line is what the table says',
    (key) => {
      const unset = parseRelayConfig('', 'nps.conf').config
      const isOn = settingOf(key)?.switch === 'on'
      // HTTPS needs a certificate before it can be on
      const rest = key === 'web_open_ssl' ? 'web_cert_file=a.pem\nweb_key_file=b.pem\n' : ''
      expect(changedSettings(unset, parseRelayConfig(`${key}=${isOn}`, 'nps.conf').config)).toEqual([])
      expect(changedSettings(unset, parseRelayConfig(`${rest}${key}=${!isOn}`, 'nps.conf').config)).toContain(
        key,
      )
    },
  )
})
