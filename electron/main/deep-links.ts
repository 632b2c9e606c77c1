import { once, EventEmitter } from 'node:events'
import { isAppLink, readAppLink, type AppLink } from '@nps-desktop/electron/contract'

/** More than a person can click before the page is up. */
const maxWaiting = 8

/** `nps-desktop://` links, from the command line that started the app or from the system later. */
export class DeepLinks {
  readonly #waiting: AppLink[] = []
  readonly #arrived = new EventEmitter<{ link: [] }>()

  push(url: string): void {
    if (this.#waiting.length >= maxWaiting) return
    this.#waiting.push(readAppLink(url))
    this.#arrived.emit('link')
  }

  /** Finds the link among a process's arguments. */
  pushFrom(argv: readonly string[]): void {
    const url = argv.find(isAppLink)
    if (url !== undefined) this.push(url)
  }

  /** Each link once, to the first who listens. */
  async *listen(signal?: AbortSignal): AsyncGenerator<AppLink> {
    while (signal?.aborted !== true) {
      const link = this.#waiting.shift()
      if (link !== undefined) yield link
      else if (!(await this.#next(signal))) return
    }
  }

  async #next(signal?: AbortSignal): Promise<boolean> {
    try {
      await once(this.#arrived, 'link', signal === undefined ? {} : { signal })
      return true
    } catch (error) {
      if (signal?.aborted === true) return false
      throw error
    }
  }
}
