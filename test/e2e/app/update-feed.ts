import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a feed offers: the name of its list, and of the one file in it. */
interface Offer {
  readonly list: string
  readonly name: string
}

const forLinux: Offer = { list: 'latest-linux.yml', name: 'NPS-Desktop-9.0.0.AppImage' }
export const forWindows: Offer = { list: 'latest.yml', name: 'nps-desktop-setup-9.0.0.exe' }

/** An address for updates on loopback that offers one file as version 9.0.0, as electron-builder lays one out. */
export class UpdateFeed {
  /** The paths that were asked for, without their query. */
  readonly asked: string[] = []
  readonly #offer: Offer
  readonly #server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    this.asked.push(path)
    const { redirect } = this
    if (redirect !== null) response.writeHead(302, { location: redirect }).end()
    else if (path === `/${this.#offer.list}`) response.end(this.#list())
    else if (path === `/${this.#offer.name}`) response.end(this.file)
    else response.writeHead(404).end()
  })
  /** What is served, and what the list says that is served. */
  file: string | Buffer
  announced: string | Buffer
  redirect: string | null = null

  private constructor(file: string | Buffer, offer: Offer) {
    this.file = file
    this.announced = file
    this.#offer = offer
  }

  /** @param offer for Linux unless told */
  static async offer(file: string | Buffer, offer = forLinux): Promise<UpdateFeed> {
    const feed = new UpdateFeed(file, offer)
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
      `  - url: ${this.#offer.name}`,
      `    sha512: ${sha512}`,
      `    size: ${size}`,
      "releaseDate: '2026-12-01T00:00:00.000Z'",
      '',
    ].join('\n')
  }
}
