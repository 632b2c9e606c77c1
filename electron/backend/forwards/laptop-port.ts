import { createServer } from 'node:net'
import { targetPort } from '../known-tunnels/tunnel-kind.ts'

/** Without root no program may have one of the lower ones. */
const firstFreePort = 1024
const movedUpBy = 2000
const maxTried = 200

/**
 * A port of this laptop's loopback for a tunnel to `target` (host:port): the target's own number, by which people know
 * it (22 becomes 2022), or the next that nobody has.
 */
export async function chooseLaptopPort(target: string, taken: ReadonlySet<number>): Promise<number | null> {
  const own = targetPort(target)
  const first = own < firstFreePort ? own + movedUpBy : own
  for (let port = first; port < first + maxTried && port <= 65_535; port += 1)
    if (!taken.has(port) && (await isLaptopPortFree(port))) return port
  return null
}

export function isLaptopPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
