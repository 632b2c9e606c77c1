import { expect, test } from 'vitest'
import { formatAgentConfig, parseAgentConfig } from './agent-config.ts'

test('what install writes is read back', () => {
  const text = '[common]\nserver_addr=[2001:db8::1]:8024\nconn_type=tcp\nvkey=9nnc49omtv0fvez8\n'
  const { config } = parseAgentConfig(text, 'npc.conf')
  expect(config.server).toBe('[2001:db8::1]:8024')
  expect(parseAgentConfig(formatAgentConfig(config), 'npc.conf').config.vkey.reveal()).toBe(
    '9nnc49omtv0fvez8',
  )
  expect(formatAgentConfig({ ...config, fingerprint: `sha256:${'a'.repeat(43)}` })).toContain(
    'fingerprint=sha256:',
  )
})

test.each([
  ['[common]\nvkey=a', 'npc.conf:1: server_addr is missing'],
  ['[common]\nserver_addr=1.2.3.4\nvkey=a', 'npc.conf:2: server_addr needs host:port'],
  ['[common]\nserver_addr=1.2.3.4:8024\n', 'npc.conf:1: vkey is missing'],
  ['[common]\nserver_addr=h:1\nvkey=a\nconn_type=kcp', 'npc.conf:4: conn_type kcp is not supported'],
  ['[common]\nserver_addr=h:1\nvkey=a\nfingerprint=abc', 'npc.conf:4: fingerprint needs sha256:'],
])('%j is refused', (text, message) => {
  expect(() => parseAgentConfig(text, 'npc.conf')).toThrow(message)
})

test('tunnels of a stock file are kept out with one warning a section', () => {
  const text = '[common]\nserver_addr=h:1\nvkey=a\ncrypt=true\n[ssh]\nmode=tcp\nserver_port=7001\n'
  expect(parseAgentConfig(text, 'npc.conf').warnings.map(({ line }) => line)).toEqual([4, 6])
})
