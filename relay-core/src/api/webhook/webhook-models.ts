import * as z from 'zod'
import { instantMs } from '../words/scalars.ts'
import { printableText } from '../words/printable.ts'

/** Which service takes the messages, and so in which form they are sent. `json`: anything that takes a POST, see docs/cli.md. */
export const webhookKinds = ['feishu', 'dingtalk', 'wecom', 'slack', 'json'] as const
export type WebhookKind = (typeof webhookKinds)[number]

export const webhookLanguages = ['en', 'zh-CN'] as const
export type WebhookLanguage = (typeof webhookLanguages)[number]

/** The address holds the service's key: it is given once and never told again. */
export const newWebhook = z.object({
  kind: z.enum(webhookKinds),
  url: z.string().trim().min(1).max(2_000).regex(printableText),
  /** Feishu and DingTalk sign with it where the bot wants that; `json` signs with it too. Left out: nothing is signed. */
  secret: z.string().trim().min(1).max(200).regex(printableText).optional(),
  /** Of the messages. */
  language: z.enum(webhookLanguages),
})
export type NewWebhook = z.infer<typeof newWebhook>

/** How a message fared. `refused`: the service has answered, and not that it takes it. */
export const webhookAnswer = z.object({
  state: z.enum(['taken', 'refused', 'unreachable', 'timeout']),
  atMs: instantMs,
  /** The HTTP status; null without an answer. */
  status: z.number().int().nullable(),
  /** The service's own words, or the system's reason; empty where there are none. The address and the secret are left out. */
  said: z.string().max(300),
})
export type WebhookAnswer = z.infer<typeof webhookAnswer>

/** A webhook without what could be used to write to it. */
export const webhookView = z.object({
  kind: z.enum(webhookKinds),
  language: z.enum(webhookLanguages),
  /** Scheme, host and port of the address. */
  origin: z.string(),
  hasSecret: z.boolean(),
  setAtMs: instantMs,
  /** Messages not sent yet. */
  waiting: z.number().int().nonnegative(),
  /** Messages given up since the relay started. */
  lost: z.number().int().nonnegative(),
  /** The newest try, a test among them; null before the first since the relay started. */
  last: webhookAnswer.nullable(),
})
export type WebhookView = z.infer<typeof webhookView>
