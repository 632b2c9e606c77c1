import type { AddressInfo } from 'node:net'

/** One of the three services that the trial shows through its tunnels. */
export interface SampleService {
  /** Where it listens on 127.0.0.1. */
  readonly port: number
  /** Ends its connections too. Idempotent. */
  close(): Promise<void>
}

/** What a service listens with: a server of HTTP or of ssh. */
interface SampleServer {
  once(event: 'error', listener: (error: Error) => void): unknown
  listen(port: number, host: string, listening: () => void): unknown
  address(): unknown
  close(closed: () => void): unknown
}

/** Listens on a free port of 127.0.0.1; rejects with the system's error. `endConnections`: those that are open when it closes. */
export async function serveSample(server: SampleServer, endConnections: () => void): Promise<SampleService> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      endConnections()
    })
  return { port: (server.address() as AddressInfo).port, close: () => (closing ??= close()) }
}
