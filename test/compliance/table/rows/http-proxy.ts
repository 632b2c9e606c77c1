import type { Socket } from 'node:net'
import { expect } from 'vitest'
import { isStock } from '../pairs.ts'
import type { Pair } from '../pair.ts'
import type { Row } from '../table.ts'

const user = { name: 'ada', password: 'a-long-enough-password' }
const basic = (password: string) =>
  `Proxy-Authorization: Basic ${Buffer.from(`${user.name}:${password}`).toString('base64')}\r\n`

/** A page of HTTP/1.0, which ends with its connection. */
function page(pair: Pair): Promise<number> {
  return pair.targets.listen((socket) => {
    socket.once('data', (asked) => {
      const line = String(asked).split('\r\n')[0]
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${line?.length}\r\nConnection: close\r\n\r\n${line}`)
    })
  })
}

/** What the proxy says until it has said `until`, or hangs up: a stock refusal has lines of its own kind. */
function heard(socket: Socket, until: string): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const settle = () => {
      socket.off('data', onData)
      resolve(said)
    }
    const onData = (part: Buffer) => {
      said += String(part)
      if (said.includes(until)) settle()
    }
    socket.on('data', onData).once('end', settle).once('close', settle)
  })
}

async function get(pair: Pair, port: number, target: number, fields = ''): Promise<string> {
  const socket = await pair.targets.visit(port)
  const host = `127.0.0.1:${target}`
  socket.write(`GET http://${host}/page HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`)
  const answer = await heard(socket, '\r\n\r\n')
  socket.destroy()
  return answer
}

async function expectEchoByConnect(pair: Pair, port: number, fields = ''): Promise<void> {
  const socket = await pair.targets.visit(port)
  const host = `127.0.0.1:${await pair.targets.echo()}`
  socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`)
  expect(await heard(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
  socket.write('hello')
  expect(await heard(socket, 'hello')).toBe('hello')
  socket.destroy()
}

export const httpProxyRows: readonly Row[] = [
  {
    name: 'httpProxy: CONNECT, and a plain request',
    run: async (pair) => {
      const port = await pair.open({ mode: 'httpProxy', target: '' })
      await expectEchoByConnect(pair, port)
      expect(await get(pair, port, await page(pair))).toMatch(/^HTTP\/1\.[01] 200 /)
    },
  },
  {
    name: 'httpProxy: with a user; a wrong password and none are refused',
    run: async (pair) => {
      const port = await pair.open({ mode: 'httpProxy', target: '', user })
      await expectEchoByConnect(pair, port, basic(user.password))
      const target = await page(pair)
      expect(await get(pair, port, target, basic(user.password))).toMatch(/^HTTP\/1\.[01] 200 /)
      // A stock relay says 401, which is for targets.
      const refusal = isStock(pair.kind.relay) ? / 401 / : /^HTTP\/1\.1 407 /
      expect(await get(pair, port, target, basic('no'))).toMatch(refusal)
      expect(await get(pair, port, target)).toMatch(refusal)
    },
  },
  {
    name: 'httpProxy: a target that refuses is told',
    leftOut: ({ relay }) => isStock(relay) && 'a stock relay says 200 before anybody has dialled',
    run: async (pair) => {
      const port = await pair.open({ mode: 'httpProxy', target: '' })
      const socket = await pair.targets.visit(port)
      socket.write(`CONNECT 127.0.0.1:${await pair.targets.closedPort()} HTTP/1.1\r\n\r\n`)
      expect(await heard(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 502 /)
    },
  },
]
