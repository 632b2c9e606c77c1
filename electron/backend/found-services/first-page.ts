import { until } from '@nps-desktop/relay-core/async'
import type { FoundService } from '@nps-desktop/electron/contract'
import type { SshSession } from '../ssh/ssh-session.ts'
import { clean } from './look-answer.ts'

const answerTimeoutMs = 3_000
/** Titles and marks stand in the first lines of a page. */
const maxBytes = 32 * 1024

/** Marks of programs that a command line does not name, as they stand in their first page. */
const marks: readonly {
  readonly pattern: RegExp
  readonly program: FoundService['program']
  readonly name: string
}[] = [
  { pattern: /window\.gradio_config/, program: 'gradio', name: 'Gradio' },
  { pattern: /<title>Streamlit<\/title>/, program: 'streamlit', name: 'Streamlit' },
  { pattern: /<title>MLflow<\/title>/, program: 'mlflow', name: 'MLflow' },
]

/**
 * Asks one of this account's own programs for its first page, over the ssh session: so it is known again by what it shows.
 * The service itself when it speaks no HTTP, or when the machine's sshd forwards nothing.
 */
export async function askFirstPage(
  service: FoundService,
  session: SshSession,
  { signal }: { signal: AbortSignal },
): Promise<FoundService> {
  const text = await pageOf(session, service.target, { signal })
  if (!text.startsWith('HTTP/1.')) return service
  const mark = marks.find(({ pattern }) => pattern.test(text))
  if (mark) return { ...service, program: mark.program, kind: 'web', name: mark.name }
  const title = clean(/<title[^>]*>([^<]{1,200})/i.exec(text)?.[1] ?? '')
  const about = title === '' ? [] : [{ what: 'title', text: title } as const]
  return { ...service, program: 'web', kind: 'web', about: [...about, ...service.about].slice(0, 3) }
}

/** Empty when nothing came in time. */
async function pageOf(
  session: SshSession,
  target: string,
  { signal }: { signal: AbortSignal },
): Promise<string> {
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(target) ?? []
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])
  const chunks: Buffer[] = []
  try {
    const stream = await session.forward(host, Number(port), { signal: deadline })
    try {
      const ended = Promise.withResolvers<void>()
      let bytes = 0
      stream.on('error', () => ended.resolve())
      stream.once('close', () => ended.resolve())
      stream.once('end', () => ended.resolve())
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes >= maxBytes) ended.resolve()
      })
      stream.write(`GET / HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nAccept: text/html\r\n\r\n`)
      await until(ended.promise, { signal: deadline })
    } finally {
      stream.destroy()
    }
  } catch (error) {
    // What has come by then must suffice; one that says nothing is no page.
    if (signal.aborted) throw error
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8')
}
