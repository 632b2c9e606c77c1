import { expect, test } from 'vitest'
import { parseFlags } from '../shared/flags.ts'
import {
  npcFlagKinds,
  refusedNpcCommands,
  refuseStockFlags,
  refuseVisitWithoutPassword,
} from './npc-flags.ts'

const read = (...args: string[]) => parseFlags(args, npcFlagKinds).flags

test.each([
  '-server=h:1',
  '-vkey=k',
  '-type=tcp',
  '-config=npc.conf',
  '-proxy=socks5://h:1',
  '-log=stdout',
  '-log_level=7',
  '-log_path=x',
  '-debug=false',
  '-debug',
  '-disconnect_timeout=60',
  '-version',
  '-password=p',
  '-target=h:1',
  '-local_port=2000',
  '-local_type=secret',
  '-local_type=p2p',
  '-time=2',
])('the stock flag %s is taken', (arg) => {
  expect(() => refuseStockFlags(read(arg))).not.toThrow()
})

test.each([
  ['-pprof=:9999', '-pprof is not offered: it opens a Go profiler'],
  ['-stun_addr=h:1', '-stun_addr is not offered: it serves p2p'],
  ['-type=kcp', '-type=kcp is not offered: the bridge is TCP only'],
  ['-local_type=p2ps', 'a tunnel of mode privateSocks5 on the relay does the same.'],
  ['-local_type=p2pt', 'of mode privateSocks5 on the relay reaches the same machines.'],
])('%s is refused by name with a reason', (arg, message) => {
  expect(() => refuseStockFlags(read(arg))).toThrow(message)
})

test('so are the commands that it does not have', () => {
  expect(Object.keys(refusedNpcCommands)).toEqual(['nat', 'update'])
})

test.each([
  ['-server=h:1', '-local_port=1080'],
  ['-server=h:1', '-vkey=k', '-local_type=secret'],
  ['-server=h:1', '-agent_fingerprint=sha256:x'],
])('a visit whose password was forgotten is told what is missing: %s %s', (...args) => {
  const [flag] = args.at(-1)?.split('=') ?? []
  expect(() => refuseVisitWithoutPassword(read(...args))).toThrow(
    `-password=... is missing: with ${flag}, npc visits a private tunnel.`,
  )
  expect(() => refuseVisitWithoutPassword(read(...args, '-password=p'))).not.toThrow()
  expect(() => refuseVisitWithoutPassword(read('-server=h:1', '-vkey=k'))).not.toThrow()
})
