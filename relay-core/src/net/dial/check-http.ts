import type { Duplex } from 'node:stream'
import { untilSettled } from '../../async/wait/until-settled.ts'

/** Enough for a status line. */
const maxAnswerBytes = 4096

/**
 * Asks an HTTP server for `path`, and rejects unless it is healthy: it answers with a status from 200 to 399, as nginx and
 * HAProxy define it. The one rule for the relay's checks and an agent's. Also rejects with the signal's reason.
 */
export async function checkHttp(
  stream: Duplex,
  options: { host: string; path: string; signal: AbortSignal },
): Promise<void> {
  const status = await askStatus(stream, options)
  if (status < 200 || status > 399) throw new Error(`it answers with status ${status}`)
}

function askStatus(
  stream: Duplex,
  { host, path, signal }: { host: string; path: string; signal: AbortSignal },
): Promise<number> {
  return untilSettled<number>(
    (resolve, reject) => {
      let answer = ''
      const settle = () => {
        const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]
        if (status === undefined) reject(new Error('it does not speak HTTP'))
        else resolve(Number(status))
      }
      const take = (chunk: Buffer) => {
        answer += chunk.toString('latin1')
        if (answer.includes('\r\n') || answer.length > maxAnswerBytes) settle()
      }
      stream.on('error', reject).on('data', take).on('end', settle)
      stream.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      return () => stream.off('data', take)
    },
    { signal },
  )
}
