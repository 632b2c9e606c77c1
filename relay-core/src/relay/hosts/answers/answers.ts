import type { Exchange } from '../../../net/http1/exchange.ts'
import { errorPage, type HostRefusal } from './error-page.ts'

/** Answers with the relay's own page; if the target's answer has already begun, breaking it off is the only way to tell. */
export function refuse(exchange: Exchange, refusal: HostRefusal): Promise<void> {
  const { status, reason, headers, body } = errorPage(refusal)
  return exchange.reply({ status, reason, fields: Object.entries(headers).flat(), body })
}

/** To the same address over HTTPS. A method other than GET and HEAD stays what it is (RFC 9110 §15.4.9). */
export function redirectToHttps(exchange: Exchange, host: string, httpsPort: number): Promise<void> {
  const { method, target } = exchange.head
  const name = host.replace(/:\d*$/, '')
  const port = httpsPort === 443 ? '' : `:${httpsPort}`
  const isPlain = method === 'GET' || method === 'HEAD'
  return exchange.reply({
    status: isPlain ? 301 : 308,
    reason: isPlain ? 'Moved Permanently' : 'Permanent Redirect',
    fields: [
      'Location',
      `https://${name}${port}${target.startsWith('/') ? target : '/'}`,
      'Cache-Control',
      'no-store',
    ],
    body: Buffer.alloc(0),
  })
}
