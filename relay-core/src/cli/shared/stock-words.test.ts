import { expect, test } from 'vitest'
import { tunnelModeNames } from '../../api/tunnel-modes.ts'
import { relayFolders } from '../../config/file/folders.ts'
import { runClientCommand } from '../nps/nps-client.ts'
import { runTunnelCommand } from '../nps/nps-tunnel.ts'
import { insteadOfMode } from './stock-words.ts'

/** No relay is there, and none is asked for what cannot be right. */
const folders = () => relayFolders('/nowhere')
const add = (...flags: string[]): Promise<number> =>
  runTunnelCommand(['add', '-client=1', '-target=22', ...flags], folders)

test.each([
  [
    '-mode=secret',
    'There is no mode "secret" here: write -mode=private, and -password=... for one of your own.',
  ],
  ['-mode=p2p', 'write -mode=private: its visitors reach the lab box directly where the networks allow it.'],
  ['-mode=httpproxy', 'There is no mode "httpproxy" here: write -mode=httpProxy.'],
  ['-mode=http', 'write -mode=host -host=lab.example.com'],
  [
    '-mode=quic',
    'There is no mode "quic", only tcp, udp, socks5, httpProxy, host, private, privateSocks5, privateHttpProxy, file.',
  ],
  ['-server_port=7000', 'There is no flag -server_port here: write -port=...'],
  ['-remark=x', 'There is no flag -remark here: write -name=...'],
  ['-remarks=x', 'There is no flag -remarks. Known here: -id -client'],
])('nps tunnel add %s says what to write', async (flag, said) => {
  await expect(async () => add(flag)).rejects.toThrow(said)
})

test('nps client add -rate_limit says what to write', async () => {
  const words = 'There is no flag -rate_limit here: write -rate=500K, in bytes per second.'
  await expect(async () => runClientCommand(['add', '-rate_limit=5'], folders)).rejects.toThrow(words)
})

test('every name of a mode in any case, and each that stock NPS has beside ours, has an answer', () => {
  for (const mode of tunnelModeNames)
    expect(insteadOfMode(mode.toUpperCase(), tunnelModeNames)).toBe(`write -mode=${mode}`)
  for (const stock of ['secret', 'p2p'])
    expect(insteadOfMode(stock, tunnelModeNames)).toMatch(/^write -mode=/)
})
