import { createHmac } from 'node:crypto'
import { cut } from '../../api/words/cut.ts'
import type { WebhookMessage } from './event.ts'
import type { WebhookRecord } from '../store/webhook-store.ts'
import { wordsOf } from './words.ts'

/** What is posted. */
export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** WeCom takes 2,048 bytes of text, and a Chinese character has three. */
const maxCharacters = 600

/** A message in the form of its service. Pure; what is signed is good for about an hour around `nowMs`. */
export function requestOf(
  message: WebhookMessage,
  { kind, url, secret, language }: WebhookRecord,
  nowMs: number,
): WebhookRequest {
  const words = wordsOf(message, language)
  const text = cut(`${words.title}\n${words.body}`, maxCharacters)
  const plain = (value: unknown, more: Record<string, string> = {}): WebhookRequest => ({
    url,
    headers: { 'content-type': 'application/json; charset=utf-8', ...more },
    body: JSON.stringify(value),
  })
  switch (kind) {
    case 'feishu':
      return plain({
        ...(secret !== null && feishuSignature(secret, nowMs)),
        msg_type: 'text',
        // `<at user_id="all">` in a name would call everybody.
        content: { text: text.replaceAll('<', '＜').replaceAll('>', '＞') },
      })
    case 'dingtalk': {
      const request = plain({ msgtype: 'text', text: { content: text } })
      return secret === null ? request : { ...request, url: dingtalkSigned(url, secret, nowMs) }
    }
    case 'wecom':
      return plain({ msgtype: 'text', text: { content: text } })
    case 'slack':
      // These three begin its markup, such as `<!channel>`.
      return plain({
        text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      })
    case 'json': {
      const request = plain({
        ...message.event,
        server: message.server,
        atMs: message.atMs,
        title: words.title,
        text: words.body,
      })
      return secret === null ? request : signed(request, secret, nowMs)
    }
  }
}

/** In Feishu's samples the time in seconds and the secret are the key, and nothing is signed with it. */
function feishuSignature(secret: string, nowMs: number): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(nowMs / 1_000))
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') }
}

/** In DingTalk's samples the secret is the key, and the time in milliseconds and the secret are what is signed. */
function dingtalkSigned(url: string, secret: string, nowMs: number): string {
  const signedUrl = new URL(url)
  const sign = createHmac('sha256', secret).update(`${nowMs}\n${secret}`).digest('base64')
  signedUrl.searchParams.set('timestamp', String(nowMs))
  signedUrl.searchParams.set('sign', sign)
  return signedUrl.href
}

/** `X-NPS-Signature`: of the time, a full stop and the body. */
function signed({ url, headers, body }: WebhookRequest, secret: string, nowMs: number): WebhookRequest {
  const timestamp = String(Math.floor(nowMs / 1_000))
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  const more = { 'x-nps-timestamp': timestamp, 'x-nps-signature': `sha256=${signature}` }
  return { url, headers: { ...headers, ...more }, body }
}
