import { silentLog } from '@nps-desktop/relay-core/log'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import { LoopbackForwards } from './loopback-forwards.ts'

const opened: { close(): unknown }[] = []

afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

async function picky(): Promise<Server> {
  // as Jupyter does: only a local Host is served
  const server = createServer((incoming, answer) => {
    answer.statusCode = incoming.headers.host?.startsWith('127.0.0.1') === true ? 200 : 403
    answer.end('notebook')
  })
  opened.push(server)
  server.listen(0, '127.0.0.2')
  await once(server, 'listening')
  return server
}

it('a service that serves local names only is reached through a forward on 127.0.0.1', async () => {
  const { port } = (await picky()).address() as AddressInfo
  const forwards = new LoopbackForwards({ log: silentLog })
  opened.push(forwards)
  const forward = await forwards.open({ host: '127.0.0.2', port })
  expect(await forwards.open({ host: '127.0.0.2', port })).toBe(forward)
  const asked = request({ host: '127.0.0.1', port: forward, path: '/' })
  asked.end()
  const [answer] = await once(asked, 'response')
  expect(answer.statusCode).toBe(200)
  answer.resume()
})

it('two quick "Open" share one forward, which closing ends', async () => {
  const { port } = (await picky()).address() as AddressInfo
  const forwards = new LoopbackForwards({ log: silentLog })
  const place = { host: '127.0.0.2', port }
  const [one, two] = await Promise.all([forwards.open(place), forwards.open(place)])
  expect(two).toBe(one)
  forwards.close()
  const late = connect(one, '127.0.0.1')
  const [error] = await once(late, 'error')
  expect(error.code).toBe('ECONNREFUSED')
})

it('closing ends the forward and its connections', async () => {
  const { port } = (await picky()).address() as AddressInfo
  const forwards = new LoopbackForwards({ log: silentLog })
  opened.push(forwards)
  const forward = await forwards.open({ host: '127.0.0.2', port })
  const visitor = connect(forward, '127.0.0.1')
  await once(visitor, 'connect')
  const ended = once(visitor, 'close')
  visitor.on('error', () => undefined)
  forwards.close()
  await ended
  const late = connect(forward, '127.0.0.1')
  const [error] = await once(late, 'error')
  expect(error.code).toBe('ECONNREFUSED')
})

it('a place that refuses ends the visitor’s connection at once', async () => {
  const server = await picky()
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const forwards = new LoopbackForwards({ log: silentLog })
  opened.push(forwards)
  const visitor = connect(await forwards.open({ host: '127.0.0.2', port }), '127.0.0.1')
  visitor.on('error', () => undefined)
  const received: Buffer[] = []
  visitor.on('data', (chunk: Buffer) => received.push(chunk))
  await new Promise((resolve) => visitor.once('close', resolve))
  expect(received).toEqual([])
})

it('a page whose name leads here is refused: its requests name a site, and not this computer', async () => {
  const { port } = (await picky()).address() as AddressInfo
  const forwards = new LoopbackForwards({ log: silentLog })
  opened.push(forwards)
  const forward = await forwards.open({ host: '127.0.0.2', port })
  const asked = request({
    host: '127.0.0.1',
    port: forward,
    path: '/',
    headers: { host: `evil.example.com:${forward}` },
  })
  asked.end()
  const [answer] = await once(asked, 'response')
  expect(answer.statusCode).toBe(421)
  answer.resume()
})

it.runIf(process.getuid?.() === 0)(
  'a program of another account of this computer is turned away',
  async () => {
    const { port } = (await picky()).address() as AddressInfo
    const forwards = new LoopbackForwards({ log: silentLog })
    opened.push(forwards)
    const forward = await forwards.open({ host: '127.0.0.2', port })
    const args = ['-s', '-o', '/dev/null', '-w', '%{http_code}', `http://127.0.0.1:${forward}/`]
    const asked = promisify(execFile)('curl', args, { uid: 65_534 })
    await expect(asked).rejects.toMatchObject({ stdout: '000' })
    expect((await promisify(execFile)('curl', args)).stdout).toBe('200')
  },
)
