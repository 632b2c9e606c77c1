import { describe, expect, it } from 'vitest'
import { parseNpcConf } from './npc-conf.ts'

const files: Record<string, string> = {
  'users.conf': '# who may\n\nnpc=npc.pwd\n=nobody\nAnna = S=1 \n   \n',
}

function parse(text: string, environment: NodeJS.ProcessEnv = {}) {
  return parseNpcConf(text, 'npc.conf', {
    environment,
    readFile: (path) => {
      const found = files[path]
      if (found === undefined) throw new Error(`no such file ${path}`)
      return found
    },
    resolvePath: (path) => (path.startsWith('/') ? path : `/etc/${path}`),
  })
}

const common = '[common]\nserver_addr=h:1\nvkey=a\n'

/** The file that comes with stock NPS 0.26, in its order. */
const sample = `[common]
server_addr=127.0.0.1:8024
conn_type=tcp
vkey=123
auto_reconnection=true
max_conn=1000
flow_limit=1000
rate_limit=1000
basic_username=11
basic_password=3
web_username=user
web_password=1234
crypt=true
compress=true
#pprof_addr=0.0.0.0:9999
disconnect_timeout=60

[health_check_test1]
health_check_timeout=1
health_check_max_failed=3
health_check_interval=1
health_http_url=/
health_check_type=http
health_check_target=127.0.0.1:8083,127.0.0.1:8082

[web]
host=c.o.com
target_addr=127.0.0.1:8083,127.0.0.1:8082
header_X-Lab=7
location=/a
host_change=localhost

[tcp]
mode=tcp
target_addr=127.0.0.1:8080
server_port=10000

[range]
mode=udp
server_port=9001-9003,9010
target_port=7001-7003,7010
target_ip=10.0.0.7

[socks5]
mode=socks5
server_port=19009
multi_account=users.conf

[file]
mode=file
server_port=19008
local_path=/data
strip_pre=/web/

[ssh_secret]
mode=secret
password=ssh2
target_addr=123.206.77.88:22

[secret_ssh]
local_port=2001
password=ssh2
`

describe('npc.conf', () => {
  it('of stock NPS is read whole, without a warning', () => {
    const { config, pushed, visitors, warnings } = parse(sample)
    expect(warnings).toEqual([])
    expect(config).toMatchObject({
      server: '127.0.0.1:8024',
      disconnectTimeout: 60,
      proxy: null,
      protocol: 'auto',
    })
    expect(pushed?.client).toEqual({
      remark: '',
      crypt: true,
      compress: true,
      basicUsername: '11',
      basicPassword: '3',
      consoleUsername: 'user',
      consolePassword: '1234',
      rateLimitKBps: 1000,
      flowLimitMB: 1000,
      maxConnections: 1000,
    })
    expect(pushed?.hosts).toEqual([
      {
        host: 'c.o.com',
        targets: ['127.0.0.1:8083', '127.0.0.1:8082'],
        hostHeader: 'localhost',
        headers: 'x-lab:7\n',
        location: '/a',
        scheme: 'all',
        remark: 'web',
      },
    ])
    expect(pushed?.tunnels).toMatchObject([
      { remark: 'tcp', mode: 'tcp', ports: '10000', targets: ['127.0.0.1:8080'] },
      {
        remark: 'range',
        mode: 'udp',
        ports: '9001-9003,9010',
        targets: ['7001-7003,7010'],
        targetHost: '10.0.0.7',
      },
      { remark: 'socks5', mode: 'socks5', ports: '19009', accounts: { npc: 'npc.pwd', Anna: 'S=1' } },
      { remark: 'file', mode: 'file', ports: '19008', localPath: '/data', stripPrefix: '/web/' },
      { remark: 'ssh_secret', mode: 'secret', ports: '', password: 'ssh2', targets: ['123.206.77.88:22'] },
    ])
    expect(pushed?.healthChecks).toEqual([
      {
        type: 'http',
        targets: ['127.0.0.1:8083', '127.0.0.1:8082'],
        path: '/',
        timeoutMs: 1000,
        intervalMs: 1000,
        maxFailures: 3,
      },
    ])
    expect(visitors).toEqual([{ name: 'secret_ssh', password: 'ssh2', localPort: 2001, isP2p: false }])
  })

  it('S9: a blank line of an account file lets nobody in', () => {
    const [tunnel] = parse(sample).pushed?.tunnels.filter(({ mode }) => mode === 'socks5') ?? []
    expect(Object.keys(tunnel?.accounts ?? {})).toEqual(['npc', 'Anna'])
  })

  it('without tunnels pushes nothing: the relay knows them', () => {
    expect(parse(common).pushed).toBeNull()
  })

  it('takes environment variables', () => {
    const text = '[common]\nserver_addr={{.NPS}}:8024\nvkey={{ .KEY }}\n# {{other}}\n'
    const { config } = parse(text, { NPS: 'relay.lab', KEY: 'k' })
    expect([config.server, config.vkey.reveal()]).toEqual(['relay.lab:8024', 'k'])
  })

  it.each([
    ['[common]\nvkey=a', 'npc.conf:1: server_addr is missing'],
    ['[common]\nserver_addr=1.2.3.4\nvkey=a', 'npc.conf:2: server_addr needs host:port'],
    ['[common]\nserver_addr=1.2.3.4:8024\n', 'npc.conf:1: vkey is missing'],
    [`${common}conn_type=kcp`, 'npc.conf:4: conn_type kcp is not supported'],
    [`${common}fingerprint=abc`, 'npc.conf:4: fingerprint needs sha256:'],
    [`${common}proxy_url=10.0.0.1`, 'npc.conf:4: proxy_url needs socks5://'],
    [`${common}disconnect_timeout=soon`, 'npc.conf:4: disconnect_timeout needs a number'],
    [`${common}crypt=maybe`, 'npc.conf:4: crypt is true or false'],
    [`${common}[a]\nmode=tcp\n[a]\nmode=udp`, 'npc.conf:6: [a] is already in line 4'],
    [`${common}[a]\nserver_port=1`, 'npc.conf:4: mode is missing'],
    [`${common}[a]\nmode=tcpTrans`, 'npc.conf:5: mode is one of tcp, udp'],
    [
      `${common}[lab]\nmode=privateSocks5`,
      'npc.conf:5: mode is not privateSocks5 in npc.conf: private proxies are made on the server, by the app or by "nps tunnel add -client=... -mode=privateSocks5" there; take [lab] out',
    ],
    [
      `${common}[a]\nmode=privateHttpProxy\npassword=x`,
      '"nps tunnel add -client=... -mode=privateHttpProxy"',
    ],
    [`${common}[a]\nmode=tcp\nserver_port=0`, 'npc.conf:6: server_port needs ports'],
    [`${common}[a]\nmode=tcp\nserver_port=1`, 'npc.conf:4: target_addr is missing'],
    [`${common}[a]\nmode=tcp\nserver_port=1\ntarget_addr=host`, 'npc.conf:7: target_addr needs host:port'],
    [
      `${common}[a]\nmode=tcp\nserver_port=1-3\ntarget_port=1-2`,
      'npc.conf:7: target_port has 2 ports, server_port 3',
    ],
    [`${common}[a]\nmode=tcp\nserver_port=1-3\ntarget_addr=h:1`, 'target_addr does for one port only'],
    [
      `${common}[a]\nmode=socks5\nserver_port=1\nmulti_account=none`,
      'npc.conf:7: multi_account cannot be read',
    ],
    [`${common}[a]\nmode=secret\ntarget_addr=h:1`, 'npc.conf:4: password is missing'],
    [`${common}[a]\nmode=file\nserver_port=1`, 'npc.conf:4: local_path is missing'],
    [`${common}[a]\nhost=x`, 'npc.conf:4: target_addr is missing'],
    [`${common}[secret_a]\nlocal_port=1`, 'npc.conf:4: password is missing'],
    [`${common}[health]\nhealth_check_type=icmp`, 'npc.conf:5: health_check_type is tcp or http'],
    [`${common}[health]`, 'npc.conf:4: health_check_target is missing'],
    ['[common]\nvkey={{if .A}}', 'npc.conf:2: of templates only {{.NAME}} is read here'],
    ['[common]\nvkey={{.A', 'npc.conf:2: of templates only'],
    ['[common]\nvkey={{.NONE}}', 'npc.conf:2: there is no environment variable NONE'],
  ])('%j is refused', (text, message) => {
    expect(() => parse(text, { A: '1' })).toThrow(message)
  })

  it('an environment variable cannot add lines', () => {
    expect(() => parse('[common]\nvkey={{.A}}', { A: 'x\nserver_addr=h:1' })).toThrow('has several lines')
  })

  it('warns of what has no effect, with the reason where there is one', () => {
    const { warnings } = parse(
      `${common}auto_reconnection=false\npprof_addr=:1\nusername=x\nshout=1\n[a]\nmode=tcp\nserver_port=1\ntarget_addr=1\ncolour=red\n`,
    )
    expect(warnings.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '4 auto_reconnection=false: npc always connects again',
      '5 pprof_addr: a Go profiler without a login is not offered',
      '6 username: write basic_username',
      '7 shout means nothing here',
      '12 colour means nothing here',
    ])
  })

  it('p2p becomes private where it has a target, and is left out where it has none', () => {
    const { pushed, visitors, warnings } = parse(
      `${common}[p]\nmode=p2p\npassword=x\n[q]\nmode=p2p\npassword=y\ntarget_addr=h:1\n[p2p_v]\nlocal_port=2002\npassword=x\ntarget_addr=h:1\n`,
    )
    expect(pushed?.tunnels.map(({ remark, mode }) => [remark, mode])).toEqual([['q', 'secret']])
    expect(visitors).toMatchObject([{ name: 'p2p_v', isP2p: true }])
    expect(warnings).toHaveLength(4)
  })
})
