import { describe, expect, it } from 'vitest'
import { decodePushedHost, decodePushedTunnel } from '../../../stock/configuration/pushed-config.ts'
import { wantedHost, wantedTunnels } from './wanted-tunnels.ts'

const noWords = { users: [], mayChooseAddress: true }
const tunnel = (fields: object) =>
  decodePushedTunnel(Buffer.from(JSON.stringify({ Mode: 'tcp', Remark: 'a', Target: null, ...fields })))
const host = (fields: object) =>
  decodePushedHost(
    Buffer.from(JSON.stringify({ Host: 'lab.example', Target: { TargetStr: '8888' }, ...fields })),
  )

describe('a tunnel of an npc.conf', () => {
  it('of one port leads to its targets in turn, a bare port to the lab box', () => {
    const pushed = tunnel({ Ports: '9001', Target: { TargetStr: '127.0.0.1:22\n10.0.0.5:22\n8080' } })
    expect(wantedTunnels(pushed, noWords)).toEqual([
      { name: 'a', mode: 'tcp', port: 9001, target: '127.0.0.1:22,10.0.0.5:22,127.0.0.1:8080', settings: {} },
    ])
  })

  it('of a range is a tunnel a port, in order, named after the port', () => {
    const fields = { Ports: '9001-9002,9010', Target: { TargetStr: '8001,8005-8006' }, TargetAddr: 'fd00::7' }
    expect(
      wantedTunnels(tunnel(fields), noWords).map(({ name, port, target }) => [name, port, target]),
    ).toEqual([
      ['a_9001', 9001, '[fd00::7]:8001'],
      ['a_9002', 9002, '[fd00::7]:8005'],
      ['a_9010', 9010, '[fd00::7]:8006'],
    ])
  })

  it.each([
    ['without a port', { Target: { TargetStr: '22' } }],
    ['of a port that is none', { Ports: '70000', Target: { TargetStr: '22' } }],
    ['of more ports than targets', { Ports: '9001-9003', Target: { TargetStr: '8001-8002' } }],
    ['of all ports there are', { Ports: '1-65535', Target: { TargetStr: '1-65535' } }],
    ['without a target', { Ports: '9001' }],
    ['private without a password', { Mode: 'secret', Target: { TargetStr: '22' } }],
    ['of files without a folder', { Mode: 'file', Ports: '9001' }],
  ])('%s is refused', (_name, fields) => {
    expect(() => wantedTunnels(tunnel(fields), noWords)).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    )
  })

  it('has its own users, else the client’s; S9: a blank account is none', () => {
    const users = [{ name: 'u', password: 'p' }]
    const accounts = { MultiAccount: { AccountMap: { '': '', boss: 'secret' } } }
    const settings = (fields: object) =>
      wantedTunnels(tunnel({ Mode: 'socks5', Ports: '9001', ...fields }), { ...noWords, users })[0]?.settings
    expect(settings({})).toEqual({ users })
    expect(settings(accounts)).toEqual({ users: [{ name: 'boss', password: 'secret' }] })
  })

  it('is private as secret and as p2p, and of files with folder and prefix', () => {
    for (const Mode of ['secret', 'p2p']) {
      const pushed = tunnel({ Mode, Password: 'goudan-77', Target: { TargetStr: '127.0.0.1:22' } })
      expect(wantedTunnels(pushed, noWords)).toMatchObject([
        { mode: 'private', port: null, target: '127.0.0.1:22', settings: { password: 'goudan-77' } },
      ])
    }
    const files = tunnel({ Mode: 'file', Ports: '9001', LocalPath: '/data', StripPre: '/web' })
    expect(wantedTunnels(files, noWords)).toMatchObject([
      { mode: 'file', port: 9001, target: '', settings: { folder: '/data', stripPrefix: '/web' } },
    ])
  })

  it('listens on its own address where it names one and its client may', () => {
    const one = (ServerIp: string) =>
      wantedTunnels(tunnel({ Mode: 'socks5', Ports: '9001', ServerIp }), noWords)[0]?.settings
    expect(one('127.0.0.1')).toEqual({ listenIp: '127.0.0.1' })
    expect(one('0.0.0.0')).toEqual({})
    const pushed = tunnel({ Mode: 'socks5', Ports: '9001', ServerIp: '::1' })
    const [left] = wantedTunnels(pushed, { users: [], mayChooseAddress: false })
    expect(left?.settings).toEqual({})
  })
})

describe('a host of an npc.conf', () => {
  it('keeps name, path, scheme and headers, a colon in their values included', () => {
    const pushed = host({
      Location: '/web',
      Scheme: 'https',
      HostChange: 'localhost',
      HeaderChange: 'X-One:1\nOrigin: http://a:8080\n',
    })
    expect(wantedHost(pushed, [])).toEqual({
      name: 'lab.example',
      mode: 'host',
      port: null,
      target: '127.0.0.1:8888',
      settings: {
        host: {
          name: 'lab.example',
          path: '/web',
          scheme: 'https',
          hostHeader: 'localhost',
          setHeaders: { 'X-One': '1', Origin: 'http://a:8080' },
        },
      },
    })
  })

  it('of a name that is none is refused', () => {
    expect(() => wantedHost(host({ Host: 'a b' }), [])).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    )
  })
})
