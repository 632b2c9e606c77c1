import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { certificatePair } from '../../../electron/testing/certificate-pair.ts'

/** What came to a hook. */
export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A service that takes messages, on a loopback port, and answers as the test wants. */
export class HookReceiver {
  readonly received: Received[] = []
  readonly url: string
  readonly #server: Server
  /** By default it takes whatever comes. */
  answer: (response: ServerResponse) => void = (response) => response.end('ok')

  private constructor(server: Server, url: string) {
    this.#server = server
    this.url = url
  }

  /** With `tls`, over https with that key and certificate. */
  static async open(tls?: { key: string; cert: string }): Promise<HookReceiver> {
    let receiver: HookReceiver | undefined
    const listener: RequestListener = (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        receiver?.received.push({ path: request.url ?? '', headers: request.headers, body })
        receiver?.answer(response)
      })
    }
    const server = tls ? createTlsServer(tls, listener) : createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    receiver = new HookReceiver(server, `${tls ? 'https' : 'http'}://127.0.0.1:${port}`)
    return receiver
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}

/** A key and a certificate for 127.0.0.1 that nobody trusts; `certFile` makes somebody trust it. */
export function makeCertificate(folder: string): { key: string; cert: string; certFile: string } {
  const pair = certificatePair('hook', { names: 'IP:127.0.0.1' })
  const certFile = join(folder, 'hook.pem')
  writeFileSync(certFile, pair.cert)
  return { ...pair, certFile }
}
