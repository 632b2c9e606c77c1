import { connect } from 'node:net'
import { printable } from '../../api/words/printable.ts'
import { untilSettled } from '../../async/wait/until-settled.ts'
import { formatHostPort, type HostPort } from '../address/host-port.ts'

/** Portals answer from next door. */
const answerTimeoutMs = 4_000
const maxAnswerBytes = 8_192
const maxShownLength = 200

/**
 * Whether a login page stands between this machine and a relay, as in hotels and on campuses: asks the relay's own address, and nobody
 * else, for a page by plain HTTP. Fulfils with where the page is, or null; never rejects. `webPort` is where
 * such pages take over every address, 80.
 */
export async function findCaptivePortal(
  { host, port }: HostPort,
  { signal, webPort = 80 }: { signal: AbortSignal; webPort?: number },
): Promise<string | null> {
  const ask = async (at: number, judge: typeof portalAtBridge) => {
    const answer = await askPlainly({ host, port: at }, { signal }).catch(() => '')
    return judge(answer, host)
  }
  const [bridge, web] = await Promise.all([ask(port, portalAtBridge), ask(webPort, portalAtWeb)])
  return bridge ?? web
}

/** A bridge never answers plain HTTP with a page or with the way to one. */
export function portalAtBridge(answer: string, host: string): string | null {
  const status = statusOf(answer)
  if (status === undefined) return null
  const page = elsewhere(answer, host)
  if (page !== null) return page
  return status === 511 || (status >= 200 && status <= 299) ? 'a page in place of the relay' : null
}

/**
 * The relay's machine may have a web server of its own: only one that sends elsewhere for now, or says so (RFC 6585 §6), is taken for a
 * portal. A way that is there for good (301, 308) is that of a web server to its name and to HTTPS.
 */
export function portalAtWeb(answer: string, host: string): string | null {
  const status = statusOf(answer)
  if (status === 511) return elsewhere(answer, host) ?? 'a page in place of the relay'
  const isForGood = status === 301 || status === 308
  return status === undefined || isForGood ? null : elsewhere(answer, host)
}

function statusOf(answer: string): number | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})(?: |\r?\n)/.exec(answer)?.[1]
  return status === undefined ? undefined : Number(status)
}

/** The address of another host that the answer sends to; its query, which may hold this machine's address, stays out. */
function elsewhere(answer: string, host: string): string | null {
  const status = statusOf(answer) ?? 0
  const location = /\r?\nlocation:[ \t]*(\S+)/i.exec(answer)?.[1]
  if (location === undefined || ((status < 300 || status > 399) && status !== 511)) return null
  let page: URL
  try {
    page = new URL(location)
  } catch {
    return null
  }
  const isWeb = page.protocol === 'http:' || page.protocol === 'https:'
  const isOwn = isSameSite(page.hostname, host)
  return isWeb && !isOwn ? printable(`${page.origin}${page.pathname}`).slice(0, maxShownLength) : null
}

/** `www.` and other names of the relay's own domain are what its web server may send to. */
function isSameSite(name: string, host: string): boolean {
  const [one, other] = [name, host].map((text) => text.toLowerCase().replace(/^\[|\]$/g, ''))
  if (one === undefined || other === undefined) return false
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`)
}

/** The beginning of the answer; rejects with the system's error, or when the time is up. */
function askPlainly({ host, port }: HostPort, { signal }: { signal: AbortSignal }): Promise<string> {
  return untilSettled<string>(
    (resolve, reject) => {
      const socket = connect({ host, port })
      let answer = ''
      const settle = () => resolve(answer)
      socket.on('error', reject)
      socket.on('connect', () =>
        socket.write(
          `GET / HTTP/1.1\r\nHost: ${formatHostPort({ host, port })}\r\nUser-Agent: npc\r\nConnection: close\r\n\r\n`,
        ),
      )
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1')
        if (answer.includes('\r\n\r\n') || answer.length > maxAnswerBytes) settle()
      })
      socket.on('close', settle)
      return () => socket.destroy()
    },
    {
      signal,
      timeoutMs: answerTimeoutMs,
      onTimeout: () => new Error(`no answer within ${answerTimeoutMs / 1000} s`),
    },
  )
}
