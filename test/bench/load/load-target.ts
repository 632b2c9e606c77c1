/**
 * The lab's services, as a process of their own: a sink that counts, a source that never ends, an echo.
 * Driven by the bench (../load-process.ts).
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { fill, Flow } from './flow.ts'
import { requestBytes } from './page-request.ts'
import { serveCommands } from './serve-commands.ts'

const sunk = new Flow()

/** What the objects of a page are made of: pictures and the like, that are compressed already. */
const picture = randomBytes(1024 * 1024)

/** Answers each request, whose first four bytes say how many bytes are wanted, as a web server does over a kept connection. */
function servePage(socket: Socket): void {
  let request = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    request = Buffer.concat([request, bytes])
    for (; request.length >= requestBytes; request = request.subarray(requestBytes))
      socket.write(picture.subarray(0, request.readUInt32BE()))
  })
}

async function listen(host: string, onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true, highWaterMark: 256 * 1024 }, (socket) => {
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  server.listen({ host, port: 0, backlog: 4096 })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const commands = {
  listen: async ({ host }: { host: string }) => ({
    sink: await listen(host, (socket) => socket.on('data', (bytes) => sunk.add(bytes.length))),
    source: await listen(host, fill),
    page: await listen(host, servePage),
    echo: await listen(host, (socket) => socket.on('data', (bytes) => socket.write(bytes))),
  }),
  measure: ({ ms }: { ms: number }) => sunk.measure(ms),
}

export type TargetCommands = typeof commands

serveCommands(commands)
