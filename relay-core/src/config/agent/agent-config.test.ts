import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { formatAgentConfig } from './agent-config.ts'
import { parseNpcConf } from './npc-conf.ts'

const parse = (text: string) =>
  parseNpcConf(text, 'npc.conf', {
    environment: {},
    readFile: () => {
      throw new Error('no file is needed')
    },
    resolvePath: (path) => path,
  }).config

const script = resolve('/opt/login')

test.each([
  'server_addr=[2001:db8::1]:8024\nvkey=9nnc49omtv0fvez8',
  `server_addr=h:1\nvkey=a\nprotocol=stock\ndisconnect_timeout=2\nfingerprint=sha256:${'a'.repeat(43)}`,
  `server_addr=h:1\nvkey=a\nbefore_dial="${script} -u alice"`,
  `server_addr=h:1\nvkey=a\nbefore_dial=""${script} here" "a b""`,
  `server_addr=h:1\nvkey=a\nbefore_dial=""${script} here""`,
  'server_addr=h:1\nvkey=a\nproxy_url=socks5://me:p%40ss@[::1]:1080',
])('what install writes is read back: %j', (text) => {
  const config = parse(`[common]\n${text}\n`)
  const again = parse(formatAgentConfig(config))
  expect(again).toEqual(config)
  expect(again.vkey.reveal()).toBe(config.vkey.reveal())
  expect(again.proxy?.login?.password.reveal()).toBe(config.proxy?.login?.password.reveal())
})
