import { printable } from '../../api/words/printable.ts'
import type { WebhookAnswer, WebhookKind } from '../../api/webhook/webhook-models.ts'
import type { WebhookRecord } from '../store/webhook-store.ts'
import { withoutSecrets } from './address.ts'
import type { RawAnswer } from './post.ts'

export interface AnswerVerdict extends Pick<WebhookAnswer, 'state' | 'status' | 'said'> {
  /** The refusal is not about the message: too many came, or the service is out of order. */
  readonly isBusy?: boolean
}

/** What must not be told of a webhook. */
type Secrets = Pick<WebhookRecord, 'url' | 'secret'>

const maxSaid = 200

/**
 * Codes by which a service says that it would take the message later, whatever its HTTP status. DingTalk: its system is busy, more than 20 in a
 * minute; WeCom: busy, more than 20 in a minute, too many at once; Feishu: an error of its own, more than its 5 in a second or 100 in a minute.
 */
const busyCodes: Partial<Record<WebhookKind, readonly number[]>> = {
  dingtalk: [-1, 130_101],
  wecom: [-1, 45_009, 45_033],
  feishu: [2_200, 11_232],
}
/** Feishu's code 9499 also stands for a body that it does not understand, so its words decide. */
const busyWords = /too many requests?/i

/** Whether the service has taken a message: three of them refuse with the status 200 and a code in the body. Pure. */
export function readAnswer(
  { kind, ...secrets }: Secrets & Pick<WebhookRecord, 'kind'>,
  { status, body }: RawAnswer,
): AnswerVerdict {
  const said = shorten(body, secrets)
  if (status >= 300 && status < 400)
    return { state: 'refused', status, said: 'It redirects to another address; give that one.' }
  const isFine = status >= 200 && status < 300
  const isBusy = status === 408 || status === 429 || status >= 500
  if (kind === 'slack' || kind === 'json')
    return { state: isFine ? 'taken' : 'refused', status, said, isBusy }
  const told = codeOf(body)
  if (!told) return { state: 'refused', status, said, isBusy }
  const words = shorten(told.words, secrets)
  if (told.code === 0 && isFine) return { state: 'taken', status, said: words }
  const says = (busyCodes[kind] ?? []).includes(told.code) || busyWords.test(told.words)
  return { state: 'refused', status, said: `${told.code} ${words}`.trim(), isBusy: isBusy || says }
}

/** No answer: why. */
export function readFailure(secrets: Secrets, error: unknown, isTimeout: boolean): AnswerVerdict {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    state: isTimeout ? 'timeout' : 'unreachable',
    status: null,
    said: isTimeout ? '' : shorten(reason, secrets),
  }
}

/** The same message may be taken later: the service is away, busy or broken, and has not said that it will never take it. */
export function mayBeTakenLater({ state, isBusy = false }: AnswerVerdict): boolean {
  return state === 'refused' ? isBusy : state !== 'taken'
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
  return { code, words: typeof words === 'string' ? words : '' }
}

/** Secrets go first: the beginning of one that was cut would not be found. */
function shorten(text: string, secrets: Secrets): string {
  const line = printable(withoutSecrets(text, secrets)).replace(/\s+/g, ' ').trim()
  return line.length > maxSaid ? `${line.slice(0, maxSaid)}…` : line
}
