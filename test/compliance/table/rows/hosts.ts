import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { selfSignedCertificate } from '../../../../relay-core/src/net/tls/self-signed-certificate.ts'
import type { Pair } from '../pair.ts'
import { isStock, type PairKind } from '../pairs.ts'
import type { Row } from '../table.ts'

const stockRelay =
  (what: string) =>
  ({ relay }: PairKind) =>
    isStock(relay) && `a stock relay ${what}`

async function serving(server: Server, work: (target: string) => Promise<void>): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await work(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Answers with what it was asked. */
const mirror =
  (name: string): RequestListener =>
  (asked, answer) =>
    answer.end(`${name}: ${asked.method} ${asked.headers.host} ${asked.url}`)

interface Asking {
  host: string
  path?: string
  body?: Buffer
  authorization?: string
}

async function ask(
  pair: Pair,
  { host, path = '/', body, authorization }: Asking,
): Promise<{ status: number | undefined; body: Buffer }> {
  const asking = request({
    host: '127.0.0.1',
    port: pair.relay.httpPort,
    path,
    method: body ? 'POST' : 'GET',
    agent: false,
    headers: { host, connection: 'close', ...(authorization && { authorization }) },
    signal: AbortSignal.timeout(20_000),
  })
  asking.end(body)
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part as Buffer)
  return { status: answer.statusCode, body: Buffer.concat(parts) }
}

/** A target that is told each head as bytes, and what to answer it with. */
async function bytesServing(
  answer: (socket: Socket, head: string) => void,
  work: (target: string, heads: readonly string[]) => Promise<void>,
): Promise<void> {
  const heads: string[] = []
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    let asked = ''
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      asked += chunk.toString('latin1')
      if (!asked.includes('\r\n\r\n')) return
      heads.push(asked)
      answer(socket, asked)
      asked = ''
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await work(`127.0.0.1:${(server.address() as AddressInfo).port}`, heads)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

/** All that is answered to these bytes until the relay hangs up. */
async function say(pair: Pair, words: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: pair.relay.httpPort })
  socket.write(Buffer.from(words, 'latin1'))
  let heard = ''
  for await (const chunk of socket) heard += (chunk as Buffer).toString('latin1')
  return heard
}

export const hostRows: readonly Row[] = [
  {
    name: 'host: by name, the longest path first, with Host rewritten and the path kept',
    run: async (pair) => {
      await serving(createServer(mirror('wide')), (wide) =>
        serving(createServer(mirror('deep')), async (deep) => {
          const host = 'lab.example'
          await pair.openHost({ host, target: wide })
          await pair.openHost({ host, target: deep, location: '/deep', hostHeader: 'localhost' })
          expect(String((await ask(pair, { host, path: '/tree?x=1' })).body)).toBe(
            'wide: GET lab.example /tree?x=1',
          )
          expect(String((await ask(pair, { host, path: '/deep/x' })).body)).toBe(
            'deep: GET localhost /deep/x',
          )
        }),
      )
    },
  },
  {
    name: 'host: several targets in turn',
    run: async (pair) => {
      await serving(createServer(mirror('one')), (one) =>
        serving(createServer(mirror('two')), async (two) => {
          await pair.openHost({ host: 'turns.example', target: `${one},${two}` })
          const answers = new Set<string>()
          for (let visit = 0; visit < 4; visit++)
            answers.add(String((await ask(pair, { host: 'turns.example' })).body).slice(0, 3))
          expect(answers).toEqual(new Set(['one', 'two']))
        }),
      )
    },
  },
  {
    name: 'host: 10 MB there and back',
    timeoutMs: 60_000,
    run: async (pair) => {
      const echo = createServer((asked, answer) => {
        const parts: Buffer[] = []
        asked.on('data', (part: Buffer) => parts.push(part)).on('end', () => answer.end(Buffer.concat(parts)))
      })
      await serving(echo, async (target) => {
        await pair.openHost({ host: 'big.example', target })
        const body = randomBytes(10_000_000)
        expect((await ask(pair, { host: 'big.example', body })).body.equals(body)).toBe(true)
      })
    },
  },
  {
    name: 'R6: host: a WebSocket, with large messages',
    leftOut: stockRelay('passes no WebSocket'),
    run: async (pair) => {
      const server = createServer()
      const sockets = new WebSocketServer({ server })
      sockets.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(data)))
      await serving(server, async (target) => {
        await pair.openHost({ host: 'ws.example', target })
        const visitor = new WebSocket(`ws://127.0.0.1:${pair.relay.httpPort}`, {
          headers: { host: 'ws.example' },
        })
        await once(visitor, 'open')
        const sent = randomBytes(1_000_000)
        visitor.send(sent)
        expect(((await once(visitor, 'message'))[0] as Buffer).equals(sent)).toBe(true)
        visitor.terminate()
      })
    },
  },
  {
    name: 'R7: host: HTTPS passed through by a name that comes byte by byte',
    leftOut: stockRelay('reads the name in one read'),
    run: async (pair) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const cert = selfSignedCertificate(privateKey, publicKey)
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
      await serving(createHttpsServer({ cert, key }, mirror('lab')), async (target) => {
        await pair.openHost({ host: 'tls.example', target, scheme: 'https' })
        const socket = connect({ host: '127.0.0.1', port: pair.relay.httpsPort, noDelay: true })
        const write = socket.write.bind(socket)
        socket.write = ((bytes: Buffer) => {
          for (const byte of bytes) write(Buffer.of(byte))
          return true
        }) as typeof socket.write
        const visitor = connectTls({ socket, servername: 'tls.example', rejectUnauthorized: false })
        visitor.end('GET /x HTTP/1.1\r\nHost: tls.example\r\nConnection: close\r\n\r\n')
        const parts: Buffer[] = []
        for await (const part of visitor) parts.push(part as Buffer)
        expect(Buffer.concat(parts).toString()).toContain('lab: GET tls.example /x')
      })
    },
  },
  {
    name: 'host: users, and pages that say why',
    leftOut: stockRelay('has users of a client only, and one page'),
    run: async (pair) => {
      await serving(createServer(mirror('lab')), async (target) => {
        const user = { name: 'ada', password: 'a:b' }
        const host = 'users.example'
        await pair.openHost({ host, target, user, scheme: 'http' })
        const authorization = `Basic ${Buffer.from('ada:a:b').toString('base64')}`
        expect((await ask(pair, { host })).status).toBe(401)
        expect((await ask(pair, { host, authorization })).status).toBe(200)
      })
      await pair.openHost({ host: 'down.example', target: `127.0.0.1:${await pair.targets.closedPort()}` })
      const down = await ask(pair, { host: 'down.example' })
      expect([down.status, String(down.body)]).toEqual([
        502,
        expect.stringContaining('The service behind this site'),
      ])
      expect((await ask(pair, { host: 'nobody.example' })).status).toBe(404)
    },
  },
  {
    name: 'host: bytes beyond ASCII as they came, both ways; sloppy heads',
    leftOut: stockRelay('closes what it does not understand'),
    run: async (pair) => {
      const utf8 = (text: string) => Buffer.from(text).toString('latin1')
      const name = `filename="${utf8('报告.pdf')}"; caf\u00e9`
      const answer = `HTTP/1.1 200 ${utf8('好')}\nContent-Disposition: ${name}\nX-Folded: a\n b\nContent-Length: 2\n\nok`
      await bytesServing(
        (socket) => socket.end(Buffer.from(answer, 'latin1')),
        async (target, heads) => {
          await pair.openHost({ host: 'bytes.example', target })
          const head = `REPORT /${utf8('数据')}?q=${utf8('中')} HTTP/1.1\nHost: bytes.example\nX-Name: ${name}\nConnection: close\n\n`
          const heard = await say(pair, head)
          expect(heads[0]).toContain(`REPORT /${utf8('数据')}?q=${utf8('中')} HTTP/1.1\r\n`)
          expect(heads[0]).toContain(`\r\nX-Name: ${name}\r\n`)
          expect(heard).toContain(
            `HTTP/1.1 200 ${utf8('好')}\r\nContent-Disposition: ${name}\r\nX-Folded: a b\r\n`,
          )
          expect(heard).toMatch(/\r\n\r\nok$/)
        },
      )
    },
  },
  {
    name: 'host: a login that is bound to its connection',
    leftOut: stockRelay('has one connection for many visitors'),
    run: async (pair) => {
      const proved = new Set<Socket>()
      const seen = new Set<Socket>()
      await bytesServing(
        (socket, head) => {
          seen.add(socket)
          if (head.includes('NTLM third')) proved.add(socket)
          const [status, field] = proved.has(socket)
            ? ['200 OK', 'X-In: 1']
            : ['401 No', 'WWW-Authenticate: NTLM x']
          socket.write(`HTTP/1.1 ${status}\r\n${field}\r\nContent-Length: 0\r\n\r\n`)
        },
        async (target) => {
          await pair.openHost({ host: 'ntlm.example', target })
          const visitor = connect({ host: '127.0.0.1', port: pair.relay.httpPort })
          const statuses: string[] = []
          for (const field of ['', 'Authorization: NTLM first\r\n', 'Authorization: NTLM third\r\n', '']) {
            visitor.write(`GET / HTTP/1.1\r\nHost: ntlm.example\r\n${field}\r\n`)
            const [answer] = (await once(visitor, 'data', { signal: AbortSignal.timeout(10_000) })) as [
              Buffer,
            ]
            statuses.push(answer.toString().slice(9, 12))
          }
          visitor.destroy()
          expect({ statuses, connections: seen.size }).toEqual({
            statuses: ['401', '401', '200', '200'],
            connections: 1,
          })
        },
      )
    },
  },
  {
    name: 'npc.conf: a host with its header',
    run: async (pair) => {
      await serving(createServer(mirror('lab')), async (target) => {
        const vkey = 'a-key-for-a-host-0123456789'
        await pair.relay.addClient({ vkey, layer: 'plain' })
        const npc = await pair.configuredNpc(
          vkey,
          `[jupyter]\nhost=jupyter.example\ntarget_addr=${target}\nhost_change=localhost\nlocation=/lab\n`,
        )
        try {
          await npc.says(/agent online|Successful connection/)
          const answer = async () =>
            String((await ask(pair, { host: 'jupyter.example', path: '/lab/tree' })).body)
          await expect.poll(answer, { timeout: 15_000 }).toBe('lab: GET localhost /lab/tree')
        } finally {
          await npc.kill()
        }
      })
    },
  },
]
