import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../relay-core/src/log.ts'
import type { ConfigReceiver } from '../../relay-core/src/nps/config-conversation.ts'
import { md5Hex } from '../../relay-core/src/nps/handshake.ts'
import type { PushedClient, PushedHost, PushedTunnel } from '../../relay-core/src/nps/pushed-config.ts'
import { StockBridge } from '../../relay-core/src/nps/stock-bridge.ts'
import { StockSession } from '../../relay-core/src/nps/stock-session.ts'
import { Agents } from '../../relay-core/src/server/agents.ts'
import { loadOrCreateIdentity } from '../../relay-core/src/transport/identity.ts'
import { StockProgram, stockMissing, stockVersions } from './stock-programs.ts'

const missing = stockMissing()
const left = missing ? ` (left out: ${missing})` : ''
const publicKey = 'the-public-key'
const newKey = '5861m6bmkd70v4kv'

describe('stock npc in configuration mode', () => {
  let folder: string
  let server: Server
  let bridge: StockBridge
  let agents: Agents
  let npc: StockProgram | undefined
  let log: string
  const sockets = new Set<Socket>()
  const pushed: { clients: PushedClient[]; hosts: PushedHost[]; tunnels: PushedTunnel[] } = {
    clients: [],
    hosts: [],
    tunnels: [],
  }

  beforeEach(async () => {
    for (const list of Object.values(pushed)) list.length = 0
    log = ''
    folder = await mkdtemp(join(tmpdir(), 'nps-config-'))
    agents = new Agents()
    const receiver: ConfigReceiver = {
      createClient: async (client) => {
        pushed.clients.push(client)
        return newKey
      },
      addHost: async (host) => pushed.hosts.push(host) > 0,
      addTunnel: async (tunnel) => pushed.tunnels.push(tunnel) > 0,
      running: () => ['ssh'],
      done: () => undefined,
    }
    bridge = new StockBridge({
      clients: {
        findByVerifyKey: (md5) =>
          md5 === md5Hex(newKey) ? { id: 1, crypt: false, compress: false } : undefined,
      },
      agents,
      identity: await loadOrCreateIdentity(folder),
      log: createLog({ level: 'debug', write: (line) => (log += line) }),
      configuration: { publicKeyMd5: () => md5Hex(publicKey), receiver: () => receiver },
    })
    server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      bridge.accept(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(async () => {
    await npc?.kill()
    bridge.close()
    agents.closeAll()
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
    await rm(folder, { recursive: true })
  })

  for (const version of stockVersions) {
    it.skipIf(missing)(
      `${version} pushes its client, host, tunnels and files, and comes online${left}`,
      async () => {
        await writeFile(join(folder, 'hello.txt'), 'from the lab')
        const config = join(folder, 'npc.conf')
        await writeFile(
          config,
          `[common]
server_addr=127.0.0.1:${(server.address() as AddressInfo).port}
conn_type=tcp
vkey=${publicKey}
auto_reconnection=true
compress=true
rate_limit=1000
remark=a lab

[web]
host=lab.example
target_addr=127.0.0.1:8888
host_change=localhost
header_xx=yy

[range]
mode=tcp
server_port=20101-20103
target_port=8001-8003
target_ip=127.0.0.1

[ssh]
mode=secret
password=goudan-77
target_addr=127.0.0.1:22

[files]
mode=file
server_port=20110
local_path=${folder}
strip_pre=/files/
`,
        )
        const online = new Promise<void>((resolve) => {
          agents.onChange((id) => agents.state(id).state === 'online' && resolve())
        })
        npc = StockProgram.configuredAgent(version, folder, config)
        await Promise.race([online, npc.says(/(?!)/)])
        expect(pushed.clients).toMatchObject([
          { remark: 'a lab', compress: true, crypt: false, rateLimitKBps: 1000 },
        ])
        expect(pushed.hosts).toMatchObject([
          {
            host: 'lab.example',
            targets: ['127.0.0.1:8888'],
            hostHeader: 'localhost',
            headers: 'xx:yy\n',
            remark: 'web',
          },
        ])
        expect(
          pushed.tunnels.map(({ mode, ports, remark, targets, targetHost }) => [
            remark,
            mode,
            ports,
            targets,
            targetHost,
          ]),
        ).toEqual([
          ['range', 'tcp', '20101-20103', ['8001-8003'], '127.0.0.1'],
          ['ssh', 'secret', '', ['127.0.0.1:22'], ''],
          ['files', 'file', '20110', [], ''],
        ])
        expect(pushed.tunnels[1]?.password).toBe('goudan-77')
        expect(await fetchFile(agents, '/files/hello.txt')).toContain('Content-Length: 12')
      },
    )
  }
})

/** Over the agent's own file server, whose connection may come a moment after the session. */
async function fetchFile(agents: Agents, path: string): Promise<string> {
  const signal = AbortSignal.timeout(10_000)
  const session = agents.get(1)
  if (!(session instanceof StockSession)) throw new Error('the agent is not online')
  for (;;) {
    const stream = await session.openFiles({ signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      if ((error as { code?: string }).code !== 'agent-offline') throw error
      return undefined
    })
    if (stream) {
      stream.write(`GET ${path} HTTP/1.0\r\n\r\n`)
      // The agent's file server leaves the stream open after its answer, so its length tells the end.
      let answer = ''
      while (!answer.endsWith('from the lab')) answer += String((await once(stream, 'data', { signal }))[0])
      stream.destroy()
      return answer
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}
