import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect } from 'vitest'
import type { PairKind } from '../pairs.ts'
import type { Row } from '../table.ts'

const notYet = (what: string) => (kind: PairKind) =>
  kind.relay === 'ours' && `our relay has no ${what} in this table yet`

/** Answers with what it was asked. */
async function webServer(): Promise<{ port: number; close: () => void }> {
  const server: Server = createServer((asked, answer) => {
    answer.end(`${asked.method} ${asked.headers.host} ${asked.url}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

async function get(options: { port: number; path: string; host?: string }): Promise<string> {
  const { port, path, host } = options
  const asking = request({
    host: '127.0.0.1',
    port,
    path,
    agent: false,
    headers: { connection: 'close', ...(host !== undefined && { host }) },
    signal: AbortSignal.timeout(10_000),
  })
  asking.end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return text
}

export const httpRows: readonly Row[] = [
  {
    name: 'httpProxy: plain requests and CONNECT',
    leftOut: notYet('HTTP proxies'),
    run: async (pair) => {
      const web = await webServer()
      try {
        const port = await pair.open({ mode: 'httpProxy', target: '' })
        expect(await get({ port, path: `http://127.0.0.1:${web.port}/a` })).toContain('/a')
        const asking = request({
          host: '127.0.0.1',
          port,
          method: 'CONNECT',
          path: `127.0.0.1:${await pair.targets.echo()}`,
          signal: AbortSignal.timeout(10_000),
        })
        asking.end()
        const [answer, socket] = (await once(asking, 'connect')) as [IncomingMessage, Socket]
        expect(answer.statusCode).toBe(200)
        socket.write('hello')
        expect(String(await once(socket, 'data'))).toBe('hello')
        socket.destroy()
      } finally {
        web.close()
      }
    },
  },
  {
    name: 'host: by name, with the path kept',
    leftOut: notYet('hosts'),
    run: async (pair) => {
      const web = await webServer()
      try {
        await pair.openHost({ host: 'lab.example', target: `127.0.0.1:${web.port}` })
        const port = pair.relay.httpPort
        expect(await get({ port, path: '/tree?x=1', host: 'lab.example' })).toBe('GET lab.example /tree?x=1')
      } finally {
        web.close()
      }
    },
  },
  {
    name: 'npc.conf: a host with its header',
    leftOut: notYet('hosts'),
    run: async (pair) => {
      const web = await webServer()
      const vkey = 'a-key-for-a-host-0123456789'
      await pair.relay.addClient({ vkey, layer: 'plain' })
      const npc = await pair.configuredNpc(
        vkey,
        `[jupyter]\nhost=jupyter.example\ntarget_addr=127.0.0.1:${web.port}\nhost_change=localhost\nlocation=/lab\n`,
      )
      try {
        await npc.says(/agent online|Successful connection/)
        const ask = () => get({ port: pair.relay.httpPort, path: '/lab/tree', host: 'jupyter.example' })
        await expect.poll(ask, { timeout: 15_000 }).toBe('GET localhost /lab/tree')
      } finally {
        await npc.kill()
        web.close()
      }
    },
  },
]
