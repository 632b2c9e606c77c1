import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { Limits } from '../../../relay-core/src/api/limits.ts'
import { createIdentity } from '../../../relay-core/src/net/tls/identity.ts'
import type { Direction } from '../../../relay-core/src/relay/limits/allowance.ts'
import { SocksClient, socksCommands } from '../../harness/peers/socks-client.ts'
import type { StandingBed } from './standing-bed.ts'
import { offeredBytes } from './standing-flow.ts'

/** The two ends of a visit that is open and on which nothing flows. A file has no far end of ours. */
export interface Visit {
  readonly near: Duplex
  readonly far?: Duplex
}

export interface Asked {
  readonly direction: Direction
  readonly limits: Limits | undefined
}

/** How a visitor comes to a target in one mode. */
export type Way = (bed: StandingBed, asked: Asked) => Promise<Visit>

const user = { name: 'ada', password: 'a-long-enough-password' }
const password = 'a-password-of-32-characters-long'
const name = 'lab.example'

export const ways = {
  tcp: async (bed, { limits }) => {
    const target = await bed.target()
    // A stock relay knows no limits of ours.
    const near = limits
      ? await bed.targets.visit(await bed.tunnel('tcp', { target, limits }))
      : await bed.visitTcp(target)
    return greeted(bed, near)
  },
  private: async (bed, { limits }) => {
    await bed.tunnel('private', {
      target: await bed.target(),
      settings: { password },
      ...(limits && { limits }),
    })
    const near = await bed.targets.visit(await bed.visitPrivately(password))
    return greeted(bed, near)
  },
  socks5: async (bed) => {
    const [host = '', port] = (await bed.target()).split(':')
    const client = new SocksClient(await bed.tunnel('socks5'))
    const { socket } = await client.ask(socksCommands.connect, { host, port: Number(port) })
    bed.closeWithIt(client)
    return { near: socket, far: await bed.arrived() }
  },
  'httpProxy, CONNECT': async (bed) => {
    const target = await bed.target()
    const near = await bed.targets.visit(await bed.tunnel('httpProxy'))
    near.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
    await headOf(near)
    return { near, far: await bed.arrived() }
  },
  'httpProxy, a request': async (bed, { direction }) => {
    const target = await bed.target()
    const near = await bed.targets.visit(await bed.tunnel('httpProxy'))
    return exchangedHeads(bed, near, { direction, address: `http://${target}/`, host: target })
  },
  'host, http': async (bed, { direction }) => {
    const near = await bed.targets.visit(await hostPort(bed))
    return exchangedHeads(bed, near, { direction })
  },
  'host, https': async (bed, { direction }) => exchangedHeads(bed, await secureVisit(bed), { direction }),
  'host, https, a WebSocket': async (bed) => {
    const near = await secureVisit(bed)
    near.write(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`)
    const far = await bed.arrived()
    await headOf(far)
    far.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
    await headOf(near)
    return { near, far }
  },
  file: (bed) => fileVisit(bed, {}),
  'file, with a password': (bed) => fileVisit(bed, { users: [user] }),
} as const satisfies Record<string, Way>

/** The first byte shows that the way is open. */
async function greeted(bed: StandingBed, near: Duplex): Promise<Visit> {
  near.write('x')
  const far = await bed.arrived()
  far.resume()
  await once(far, 'data')
  far.pause()
  return { near, far }
}

async function hostPort(bed: StandingBed): Promise<number> {
  const { keyPem, certPem } = createIdentity()
  const files = { certFile: join(bed.pair.folder, 'cert.pem'), keyFile: join(bed.pair.folder, 'key.pem') }
  await writeFile(files.certFile, certPem)
  await writeFile(files.keyFile, keyPem)
  const host = { name, path: '/', scheme: 'all' as const, ...files }
  await bed.tunnel('host', { target: await bed.target(), settings: { host } })
  return bed.pair.relay.httpPort
}

async function secureVisit(bed: StandingBed): Promise<Duplex> {
  await hostPort(bed)
  const socket = await bed.targets.visit(bed.pair.relay.httpsPort)
  const near = connectTls({ socket, servername: name, rejectUnauthorized: false })
  near.on('error', () => undefined)
  await once(near, 'secureConnect')
  return near
}

/** A request with a body that is about to come, or its answer with one. */
async function exchangedHeads(
  bed: StandingBed,
  near: Duplex,
  { direction, address = '/', host = name }: { direction: Direction; address?: string; host?: string },
): Promise<Visit> {
  const length = `Content-Length: ${offeredBytes}\r\n`
  const up = direction === 'up'
  near.write(`${up ? 'POST' : 'GET'} ${address} HTTP/1.1\r\nHost: ${host}\r\n${up ? length : ''}\r\n`)
  const far = await bed.arrived()
  await headOf(far)
  if (!up) far.write(`HTTP/1.1 200 OK\r\n${length}\r\n`)
  return { near, far }
}

/** Fulfils once a head has come; `stream` is paused then. */
async function headOf(stream: Duplex): Promise<void> {
  let head = ''
  stream.resume()
  while (!head.includes('\r\n\r\n')) {
    const [chunk] = (await once(stream, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer]
    head += chunk.toString('latin1')
  }
  stream.pause()
}

/** More than ever waits unread; as zeros alone all of a file would wait packed, in a few megabytes of the system's buffers. */
const unshrinkableBytes = 256 * 1024 ** 2

async function fileVisit(bed: StandingBed, settings: { users?: (typeof user)[] }): Promise<Visit> {
  const file = await open(join(bed.pair.folder, 'checkpoint.bin'), 'w')
  const block = randomBytes(1024 ** 2)
  for (let written = 0; written < unshrinkableBytes; written += block.length) await file.write(block)
  // The rest takes no room on the disk.
  await file.truncate(offeredBytes)
  await file.close()
  const port = await bed.tunnel('file', { settings: { folder: bed.pair.folder, ...settings } })
  const near = await bed.targets.visit(port)
  const token = Buffer.from(`${user.name}:${user.password}`).toString('base64')
  near.write(`GET /checkpoint.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${token}\r\n\r\n`)
  await headOf(near)
  return { near }
}
