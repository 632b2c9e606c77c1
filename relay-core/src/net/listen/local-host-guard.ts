import { isIP } from 'node:net'

/** A browser sends its head at once; a client that takes longer does not speak HTTP, and may be waiting for the server. */
export const lineTimeoutMs = 1_000
const maxHeadBytes = 64 * 1024
const requestLine = /^[\w!#$%&'*+.^`|~-]+ [^ ]+ HTTP\/1\.[01]\r?$/

type Verdict =
  /** These bytes may pass, and all that follow. */
  | { readonly pass: Buffer }
  /** More has to come first. */
  | 'wait'
  | 'refuse'

/**
 * Looks at the beginning of what a program sends through a local port. A page of any site can have its own name
 * resolve to 127.0.0.1 (DNS rebinding), and could then read a notebook as if it were its own; what it cannot do is leave its
 * name out of the Host field. So an HTTP request must name this machine, or an address; everything else passes unchanged.
 */
export class LocalHostGuard {
  #held: Buffer = Buffer.alloc(0)
  /** What is held lies at its beginning. It grows by doubling: a head that comes byte by byte is not copied for each. */
  #room: Buffer = this.#held

  take(chunk: Buffer): Verdict {
    this.#hold(chunk)
    const lineEnd = this.#held.indexOf(0x0a)
    const line = this.#held.toString('latin1', 0, lineEnd < 0 ? this.#held.length : lineEnd)
    if (!mayBegin(line)) return this.release()
    if (lineEnd < 0) return this.#held.length > maxHeadBytes ? 'refuse' : 'wait'
    if (!requestLine.test(line)) return this.release()
    // a head ends with a line end: without one in these bytes there is nothing to look for in all that came before
    if (!chunk.includes(0x0a)) return this.#held.length > maxHeadBytes ? 'refuse' : 'wait'
    const head = this.#held.toString('latin1')
    const end = /\r?\n\r?\n/.exec(head)
    if (!end) return this.#held.length > maxHeadBytes ? 'refuse' : 'wait'
    const hosts = [
      ...head.slice(0, end.index + 1).matchAll(/\nhost[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=[\r\n]|$)/gi),
    ]
    return hosts.every(([, host = '']) => isLocalName(host)) ? this.release() : 'refuse'
  }

  /** What was held back, for a connection that sends no more or does not speak HTTP. */
  release(): { pass: Buffer } {
    const pass = this.#held
    this.#held = this.#room = Buffer.alloc(0)
    return { pass }
  }

  #hold(chunk: Buffer): void {
    const before = this.#held.length
    if (before === 0) {
      this.#held = this.#room = chunk
      return
    }
    const length = before + chunk.length
    if (length > this.#room.length) {
      this.#room = Buffer.alloc(2 * length)
      this.#held.copy(this.#room)
    }
    chunk.copy(this.#room, before)
    this.#held = this.#room.subarray(0, length)
  }

  /** No complete line has arrived yet: it may not be a request at all. */
  get isWaitingForLine(): boolean {
    return this.#held.length > 0 && !this.#held.includes(0x0a)
  }
}

/** Whether a request line (RFC 9112 §3) can begin like this: a method, a target without a blank, a version. */
function mayBegin(line: string): boolean {
  const [method = '', , version = '', ...more] = line.replace(/\r$/, '').split(' ')
  const isVersion = ['HTTP/1.0', 'HTTP/1.1'].some((whole) => whole.startsWith(version))
  return /^[\w!#$%&'*+.^`|~-]+$/.test(method) && isVersion && more.length === 0
}

/** `localhost`, names below it, and addresses, which no site can have as its name; with any port. */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
}

/** RFC 9110 §15.5.20, worded for a reader in a browser. */
export const misdirected = (() => {
  const body = 'This address leads to a private tunnel of this machine. Open it as 127.0.0.1 or localhost.\n'
  const fields = `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n`
  return Buffer.from(`HTTP/1.1 421 Misdirected Request\r\n${fields}\r\n${body}`)
})()
