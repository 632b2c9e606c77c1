import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { WebhookRecord } from '../store/webhook-store.ts'
import type { WebhookEvent } from './event.ts'
import { requestOf } from './request.ts'
import { instant, wordsOf } from './words.ts'

const atMs = Date.UTC(2026, 10, 29, 10)
const event: WebhookEvent = { event: 'lab-away', lab: 'lab<at user_id="all">&', sinceMs: atMs, tunnels: 2 }
const message = { atMs, server: 'cloud-hz', event }
const record = (part: Partial<WebhookRecord>): WebhookRecord => ({
  kind: 'json',
  url: 'https://example.org/hook?access_token=abc',
  secret: null,
  language: 'en',
  setAtMs: 0,
  ...part,
})
const bodyOf = (part: Partial<WebhookRecord>): unknown =>
  JSON.parse(requestOf(message, record(part), atMs).body)
const since = instant(atMs)

test('each service gets its own form, and no name can call people there', () => {
  const words = `Since ${since}. 2 tunnels wait for it.`
  const plain = `[NPS cloud-hz] lab<at user_id="all">& is offline\n${words}`
  expect(bodyOf({ kind: 'feishu' })).toEqual({
    msg_type: 'text',
    content: { text: `[NPS cloud-hz] lab＜at user_id="all"＞& is offline\n${words}` },
  })
  expect(bodyOf({ kind: 'dingtalk' })).toEqual({ msgtype: 'text', text: { content: plain } })
  expect(bodyOf({ kind: 'wecom' })).toEqual({ msgtype: 'text', text: { content: plain } })
  expect(bodyOf({ kind: 'slack' })).toEqual({
    text: `[NPS cloud-hz] lab&lt;at user_id="all"&gt;&amp; is offline\n${words}`,
  })
  expect(bodyOf({ kind: 'json' })).toEqual({
    event: 'lab-away',
    lab: 'lab<at user_id="all">&',
    sinceMs: atMs,
    tunnels: 2,
    server: 'cloud-hz',
    atMs,
    title: '[NPS cloud-hz] lab<at user_id="all">& is offline',
    text: words,
  })
})

test('the signatures are those that the samples of Feishu and DingTalk in Python make', () => {
  expect(bodyOf({ kind: 'feishu', secret: 'demo' })).toMatchObject({
    timestamp: '1795946400',
    sign: 'TXYCvTn5gGFi1doSv9X9woeqOi5mEwHxMtvN7hOzFVI=',
  })
  const { url } = requestOf(message, record({ kind: 'dingtalk', secret: 'SECx' }), atMs)
  // `+`, `/` and `=` of the signature are escaped
  expect(url).toBe(
    'https://example.org/hook?access_token=abc&timestamp=1795946400000&sign=BRVYoXHV6L882dU4AKq5OgiT7F8g43KQExp5Vr2%2BfNQ%3D',
  )
})

test('Feishu, DingTalk and plain JSON are signed as each wants it', () => {
  const hmac = (key: string, text = '') => createHmac('sha256', key).update(text)
  const seconds = String(atMs / 1_000)
  expect(bodyOf({ kind: 'feishu', secret: 'demo' })).toMatchObject({
    timestamp: seconds,
    sign: hmac(`${seconds}\ndemo`).digest('base64'),
  })
  const url = new URL(requestOf(message, record({ kind: 'dingtalk', secret: 'SECx' }), atMs).url)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    access_token: 'abc',
    timestamp: String(atMs),
    sign: hmac('SECx', `${atMs}\nSECx`).digest('base64'),
  })
  const { headers, body } = requestOf(message, record({ secret: 'own' }), atMs)
  const signature = `sha256=${hmac('own', `${seconds}.${body}`).digest('hex')}`
  expect(headers).toMatchObject({ 'x-nps-timestamp': seconds, 'x-nps-signature': signature })
  expect(requestOf(message, record({}), atMs).headers).not.toHaveProperty('x-nps-signature')
})

test('a message says when in the time zone of the server, stays short, and speaks both languages', () => {
  expect(since).toMatch(/^2026-11-(28|29|30) \d\d:\d\d \(UTC[+-]\d\d:\d\d\)$/)
  const [, day = '', time = '', offset = ''] = /^(\S+) (\S+) \(UTC(.*)\)$/.exec(since) ?? []
  expect(Date.parse(`${day}T${time}${offset}`)).toBe(atMs)
  const targets = Array.from({ length: 64 }, (_, number) => `${'a'.repeat(240)}${number}:1`)
  const long: WebhookEvent = {
    event: 'service-away',
    service: '服务'.repeat(32),
    lab: 'lab',
    targets,
    sinceMs: atMs,
  }
  const sent = requestOf({ ...message, event: long }, record({ kind: 'wecom', language: 'zh-CN' }), atMs)
  const { text } = JSON.parse(sent.body) as { text: { content: string } }
  expect(Buffer.byteLength(text.content)).toBeLessThanOrEqual(2_048)
  const quota: WebhookEvent = {
    event: 'quota',
    of: 'Jupyter',
    percent: 81,
    usedBytes: 8.1e9,
    quotaBytes: 1e10,
    isMonthly: true,
  }
  expect(wordsOf({ ...message, event: quota }, 'zh-CN')).toEqual({
    title: '[NPS cloud-hz] Jupyter 的每月流量上限已用 81 %',
    body: '已用 8.1 GB，共 10 GB。',
  })
})
