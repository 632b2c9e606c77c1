import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An address for updates on loopback that offers one file, as electron-builder lays one out for Linux. */
export class UpdateFeed {
  /** The paths that were asked for, without their query. */
  readonly asked: string[] = []
  readonly #server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    this.asked.push(path)
    const { redirect } = this
    if (redirect !== null) response.writeHead(302, { location: redirect }).end()
    else if (path === '/latest-linux.yml') response.end(this.#list())
    else if (path === '/NPS-Desktop-9.0.0.AppImage') response.end(this.file)
    else response.writeHead(404).end()
  })
  /** What is served, and what the list says that is served. */
  file: string
  announced: string
  redirect: string | null = null

  private constructor(file: string) {
    this.file = file
    this.announced = file
  }

  static async offer(file: string): Promise<UpdateFeed> {
    const feed = new UpdateFeed(file)
    await new Promise<void>((resolve) => feed.#server.listen(0, '127.0.0.1', resolve))
    return feed
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #list(): string {
    const sha512 = createHash('sha512').update(this.announced).digest('base64')
    const size = Buffer.byteLength(this.announced)
    return [
      'version: 9.0.0',
      'files:',
      '  - url: NPS-Desktop-9.0.0.AppImage',
      `    sha512: ${sha512}`,
      `    size: ${size}`,
      "releaseDate: '2026-12-01T00:00:00.000Z'",
      '',
    ].join('\n')
  }
}
