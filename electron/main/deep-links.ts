import { once, EventEmitter } from 'node:events'

const scheme = 'nps-desktop://'
/** More than a person can click before the page is up. */
const maxWaiting = 8

/** `nps-desktop://` links, from the command line that started the app or from the system later. */
export class DeepLinks {
  readonly #waiting: string[] = []
  readonly #arrived = new EventEmitter<{ link: [] }>()

  push(url: string): void {
    if (!url.startsWith(scheme) || this.#waiting.length >= maxWaiting) return
    this.#waiting.push(url)
    this.#arrived.emit('link')
  }

  /** Finds the link among a process's arguments. */
  pushFrom(argv: readonly string[]): void {
    const url = argv.find((argument) => argument.startsWith(scheme))
    if (url !== undefined) this.push(url)
  }

  /** Each link once, to the first who listens. */
  async *listen(signal?: AbortSignal): AsyncGenerator<{ url: string }> {
    while (signal?.aborted !== true) {
      const url = this.#waiting.shift()
      if (url !== undefined) yield { url }
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
