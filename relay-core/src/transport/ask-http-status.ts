import type { Duplex } from 'node:stream'

/** Enough for a status line. */
const longestAnswerBytes = 4096

/** The status with which an HTTP server answers `GET path`. Rejects on another answer, none, or the signal's reason. */
export function askHttpStatus(
  stream: Duplex,
  { host, path, signal }: { host: string; path: string; signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const settle = () => {
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]
      if (status === undefined) reject(new Error('it does not speak HTTP'))
      else resolve(Number(status))
    }
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    stream.on('error', reject)
    stream.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1')
      if (answer.includes('\r\n') || answer.length > longestAnswerBytes) settle()
    })
    stream.on('end', settle)
    stream.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  })
}
