import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'
import { certificatePair } from '../../testing/certificate-pair.ts'
import { recogniseService } from './recognise-service.ts'

const { signal } = new AbortController()
const left: Server[] = []
afterEach(() => {
  for (const server of left.splice(0)) server.close()
})

async function portOf(server: Server): Promise<number> {
  left.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function kindAt(port: number): Promise<string | null> {
  const open = async (): Promise<Duplex> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  return recogniseService(open, { signal })
}

/** Answers as these programs do, with `pages` by their paths and a login page for the rest. */
const web =
  (pages: Record<string, string>, server = 'x'): RequestListener =>
  ({ url = '' }, response) => {
    response.setHeader('Server', server)
    const page = pages[url]
    if (page === undefined) response.writeHead(302, { location: './login' }).end()
    else response.setHeader('Content-Type', page.startsWith('{') ? 'application/json' : 'text/html').end(page)
  }

// answers of code-server 4.96, Jupyter Server 2.14, TensorBoard 2.18, vLLM 0.6
const codeServer = web({ '/healthz': '{"status":"alive","lastHeartbeat":1700000000000}' })
const jupyter = web({ '/api': '{"version": "2.14.2"}' }, 'TornadoServer/6.4.1')
const board = web({
  '/': '<!doctype html><title>TensorBoard</title>',
  '/data/environment': '{"data_location": "runs", "window_title": ""}',
})
const models = web({ '/': '{"detail":"Not Found"}', '/v1/models': '{"object":"list","data":[]}' })

it.each([
  ['code-server', codeServer, 'code'],
  ['a Jupyter', jupyter, 'jupyter'],
  ['a TensorBoard', board, 'tensorboard'],
  ['a model server', models, 'llm'],
  ['a page', web({ '/': '<!doctype html><title>Results</title>' }), 'web'],
  ['an API that tells its version', web({ '/': '{}', '/api': '{"version":"1.0"}' }), null],
  [
    'a page that wants a login for everything',
    (_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
    },
    'web',
  ],
] as const satisfies readonly (readonly [string, RequestListener, string | null])[])(
  '%s is known by its answers',
  async (_, listener, kind) => {
    expect(await kindAt(await portOf(createServer(listener)))).toBe(kind)
  },
)

it('also behind a certificate of its own', async () => {
  expect(await kindAt(await portOf(createSecureServer(certificatePair('code'), codeServer)))).toBe('code')
})

it('what speaks first is sent nothing', async () => {
  const sent: string[] = []
  const greets = (banner: string): Server =>
    createTcpServer((socket) => {
      socket.on('error', () => undefined).on('data', (data) => sent.push(data.toString()))
      socket.write(banner)
    })
  expect(await kindAt(await portOf(greets('SSH-2.0-OpenSSH_9.2p1\r\n')))).toBe('ssh')
  expect(await kindAt(await portOf(greets('RFB 003.008\n')))).toBe('vnc')
  expect(await kindAt(await portOf(greets('220 mail.example.com ESMTP\r\n')))).toBeNull()
  expect(sent).toEqual([])
})

it('a tunnel that was made elsewhere becomes what answers, with its page, stays so, and gives it up when something else answers', async () => {
  let answer: RequestListener = codeServer
  const port = await portOf(createServer((request, response) => answer(request, response)))
  const bed = await AppAndRelay.start()
  try {
    const { labId } = await bed.readyTunnel()
    const { client, close } = await bed.askRelay()
    const clientId = Number(labId.slice(labId.lastIndexOf('-c') + 2))
    const { port: publicPort } = await client.tunnels.add({
      clientId,
      name: 'Editor in the cellar',
      target: `127.0.0.1:${port}`,
    })
    const seen = await bed.tunnelWhere(({ kind, status }) => kind === 'code' && status.state === 'ready')
    expect(seen).toMatchObject({ madeBy: 'elsewhere', address: `http://127.0.0.1:${publicPort}` })
    await bed.backend.close()
    await bed.openApp()
    await bed.tunnelWhere(({ id, kind }) => id === seen.id && kind === 'code')
    answer = web({ '/': '<!doctype html><title>Results</title>' })
    await bed.tunnelWhere(({ id, kind }) => id === seen.id && kind === 'tcp')
    close()
  } finally {
    await bed.close()
  }
}, 60_000)
