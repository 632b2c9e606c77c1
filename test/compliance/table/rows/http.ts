import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
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
