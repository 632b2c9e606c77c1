import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
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
  static async open(tls?: { key: Buffer; cert: Buffer }): Promise<HookReceiver> {
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
export function makeCertificate(folder: string): { key: Buffer; cert: Buffer; certFile: string } {
  const [keyFile, certFile] = [join(folder, 'hook.key'), join(folder, 'hook.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const name = ['-subj', '/CN=hook', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...curve, ...name, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  })
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile }
}
