import { expect, test } from 'vitest'
import { decodeConfig } from './read-config-file.ts'
import { parseRelayConfig } from '../relay/relay-config.ts'

const gbk = { user: Buffer.from([0xd3, 0xc3, 0xbb, 0xa7]) }
const read = (...parts: (string | Uint8Array)[]) =>
  decodeConfig(Buffer.concat(parts.map((part) => Buffer.from(part as string))), '/etc/nps/conf/nps.conf')

test('UTF-8 is read with and without a byte order mark', () => {
  for (const mark of ['', '\uFEFF']) {
    const { config } = parseRelayConfig(read(`${mark}web_username=用户\n`), 'nps.conf')
    expect(config.webUsername).toBe('用户')
  }
})

test('comments in GBK do not matter, as in stock', () => {
  const text = read('# ', gbk.user, '\r\nweb_username=用户\r\n')
  expect(parseRelayConfig(text, 'nps.conf').config.webUsername).toBe('用户')
})

test.each([
  ['UTF-16 with its mark', Buffer.from('\uFEFFbridge_port=8024\n', 'utf16le'), ':1: the file is UTF-16LE'],
  ['UTF-16 without a mark', Buffer.from('bridge_port=8024\n', 'utf16le'), ':1: the file is UTF-16LE'],
  ['UTF-16BE', Buffer.from('\uFEFFbridge_port=8024\n', 'utf16le').swap16(), ':1: the file is UTF-16BE'],
  [
    'a value in GBK',
    Buffer.concat([Buffer.from('# c\nweb_username='), gbk.user]),
    ':2: the file is not UTF-8 (GBK',
  ],
])('%s is named with what to do', (_name, bytes, message) => {
  expect(() => read(bytes)).toThrow(message)
  expect(() => read(bytes)).toThrow('iconv -f')
})
