import { printable } from '../../api/printable.ts'
import type { WebhookAnswer, WebhookKind } from '../../api/webhook.ts'
import type { RawAnswer } from './post.ts'

export type Verdict = Pick<WebhookAnswer, 'state' | 'status' | 'said'>

const maxSaid = 200

/** Whether the service has taken a message: three of them refuse with the status 200 and a code in the body. Pure. */
export function readAnswer(kind: WebhookKind, { status, body }: RawAnswer): Verdict {
  const said = shorten(body)
  if (status >= 300 && status < 400)
    return { state: 'refused', status, said: 'It redirects to another address; give that one.' }
  if (status < 200 || status >= 400) return { state: 'refused', status, said }
  if (kind === 'slack' || kind === 'json') return { state: 'taken', status, said }
  const told = codeOf(body)
  if (told?.code === 0) return { state: 'taken', status, said: told.words }
  return { state: 'refused', status, said: told ? shorten(`${told.code} ${told.words}`) : said }
}

/** No answer: why. */
export function readFailure(error: unknown, isTimeout: boolean): Verdict {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    state: isTimeout ? 'timeout' : 'unreachable',
    status: null,
    said: isTimeout ? '' : shorten(reason),
  }
}

/** The same message may be taken later: the service is away, busy or broken, and has not said that it will never take it. */
export function mayBeTakenLater({ state, status }: Verdict): boolean {
  if (state === 'refused') return status === 408 || status === 429 || (status ?? 0) >= 500
  return state !== 'taken'
}

/** Feishu says `code` and `msg`, of old `StatusCode` and `StatusMessage`; DingTalk and WeCom `errcode` and `errmsg`. */
function codeOf(body: string): { code: number; words: string } | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const told = new Map<string, unknown>(Object.entries(value))
  const code = told.get('code') ?? told.get('errcode') ?? told.get('StatusCode')
  if (typeof code !== 'number') return undefined
  const words = told.get('msg') ?? told.get('errmsg') ?? told.get('StatusMessage')
  return { code, words: typeof words === 'string' ? shorten(words) : '' }
}

function shorten(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim()
  return line.length > maxSaid ? `${line.slice(0, maxSaid)}…` : line
}
