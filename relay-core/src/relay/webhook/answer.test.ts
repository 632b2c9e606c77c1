import { expect, test } from 'vitest'
import { readAddress, withoutSecrets } from './address.ts'
import { mayBeTakenLater, readAnswer, readFailure } from './answer.ts'
import type { WebhookKind } from '../../api/webhook/webhook-models.ts'

const of = (kind: WebhookKind) => ({ kind, url: 'https://example.org/hook', secret: null })

test('a service that answers 200 with a code has refused, in its own words', () => {
  const body = (value: unknown) => ({ status: 200, body: JSON.stringify(value) })
  expect(readAnswer(of('feishu'), body({ code: 0, msg: 'success', data: {} }))).toEqual({
    state: 'taken',
    status: 200,
    said: 'success',
  })
  expect(readAnswer(of('feishu'), body({ code: 19021, msg: 'sign match fail' }))).toEqual({
    state: 'refused',
    status: 200,
    said: '19021 sign match fail',
    isBusy: false,
  })
  expect(readAnswer(of('dingtalk'), body({ errcode: 0, errmsg: 'ok' })).state).toBe('taken')
  expect(readAnswer(of('dingtalk'), body({ errcode: 310000, errmsg: 'keywords not in content' })).said).toBe(
    '310000 keywords not in content',
  )
  expect(readAnswer(of('wecom'), body({ errcode: 93000, errmsg: 'invalid webhook url' })).state).toBe(
    'refused',
  )
  expect(readAnswer(of('wecom'), { status: 200, body: '<html>log in</html>' }).state).toBe('refused')
  expect(readAnswer(of('slack'), { status: 200, body: 'ok' })).toMatchObject({ state: 'taken', said: 'ok' })
  expect(readAnswer(of('json'), { status: 204, body: '' }).state).toBe('taken')
  expect(readAnswer(of('slack'), { status: 403, body: 'invalid_token' }).said).toBe('invalid_token')
  expect(readAnswer(of('json'), { status: 500, body: 'a\u001b[2J\nb'.padEnd(4_000, 'x') }).said).toHaveLength(
    201,
  )
})

test('a service that has had too many messages, or is out of order, takes them later, whatever its status', () => {
  const verdict = (kind: WebhookKind, value: unknown, status = 200) =>
    readAnswer(of(kind), { status, body: JSON.stringify(value) })
  const busy = [
    verdict('dingtalk', { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }),
    verdict('dingtalk', { errcode: -1, errmsg: '系统繁忙' }),
    verdict('wecom', { errcode: 45009, errmsg: 'api freq out of limit' }),
    verdict('feishu', { code: 11232, msg: 'frequency limited psm' }),
    verdict('feishu', { code: 9499, msg: 'too many request', data: {} }, 400),
  ]
  expect(busy.map(({ state }) => state)).toEqual(Array(5).fill('refused'))
  expect(busy.map(mayBeTakenLater)).toEqual(Array(5).fill(true))
  expect(busy[4]?.said).toBe('9499 too many request')
  const final = [
    verdict('feishu', { code: 9499, msg: 'Bad Request', data: {} }, 400),
    verdict('feishu', { code: 19024, msg: 'Key Words Not Found' }),
    verdict('dingtalk', { errcode: 310000, errmsg: 'sign not match' }),
    verdict('wecom', { errcode: 40058, errmsg: 'text content size out of limit' }),
    readAnswer(of('slack'), { status: 404, body: 'no_service' }),
  ]
  expect(final.map(({ state }) => state)).toEqual(Array(5).fill('refused'))
  expect(final.map(mayBeTakenLater)).toEqual(Array(5).fill(false))
})

test('answers are read as the services document them, with all that stands beside code and words', () => {
  const verdict = (kind: WebhookKind, body: string, status = 200) => {
    const read = readAnswer(of(kind), { status, body })
    return [read.state, read.said, mayBeTakenLater(read)]
  }
  const taken = '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'
  expect(verdict('feishu', taken)).toEqual(['taken', 'success', false])
  expect(verdict('feishu', '{"Extra":null,"StatusCode":0,"StatusMessage":"success"}')[0]).toBe('taken')
  for (const [code, words] of [
    [19001, 'param invalid: incoming webhook access token invalid'],
    [19021, 'sign match fail or timestamp is not within one hour from current time'],
    [19022, 'Ip Not Allowed'],
    [19024, 'Key Words Not Found'],
  ] as const) {
    const answer = `{"code":${code},"data":{},"msg":"${words}"}`
    expect(verdict('feishu', answer)).toEqual(['refused', `${code} ${words}`, false])
  }
  const fast =
    '{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"9f","errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}'
  expect(verdict('dingtalk', fast)).toEqual([
    'refused',
    '130101 send too fast, exceed 20 times per minute',
    true,
  ])
  expect(verdict('dingtalk', '{"errcode":300001,"errmsg":"token is not exist"}')).toEqual([
    'refused',
    '300001 token is not exist',
    false,
  ])
  const full = '{"errcode":45009,"errmsg":"api freq out of limit, hint: [1795946400], from ip: 203.0.113.7"}'
  expect(verdict('wecom', full)).toMatchObject([
    'refused',
    expect.stringMatching(/^45009 api freq out of limit/),
    true,
  ])
  expect(verdict('slack', 'ok')).toEqual(['taken', 'ok', false])
  for (const [status, words, isLater] of [
    [400, 'invalid_payload', false],
    [403, 'action_prohibited', false],
    [404, 'channel_not_found', false],
    [410, 'channel_is_archived', false],
    [429, 'rate_limited', true],
    [500, 'rollup_error', true],
  ] as const)
    expect(verdict('slack', words, status)).toEqual(['refused', words, isLater])
})

test('what may be taken later is tried again; a refusal, a redirect and a wrong key are not', () => {
  const again = (status: number) => mayBeTakenLater(readAnswer(of('json'), { status, body: '' }))
  expect([200, 302, 400, 401, 404, 410].map(again)).toEqual(Array(6).fill(false))
  expect([408, 429, 500, 503].map(again)).toEqual(Array(4).fill(true))
  expect(mayBeTakenLater(readFailure(of('json'), new Error('refused'), false))).toBe(true)
  expect(mayBeTakenLater(readFailure(of('json'), new Error('late'), true))).toBe(true)
})

test('an address is https, or http to this machine; nothing of its key stays in what a service said', () => {
  expect(readAddress('https://open.feishu.cn/open-apis/bot/v2/hook/x').origin).toBe('https://open.feishu.cn')
  for (const url of ['http://localhost:8080/a', 'http://127.0.0.1/', 'http://[::1]:3000/x'])
    expect(readAddress(url).href).toBe(url)
  for (const url of [
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://127.0.0.1.example.org/',
    'http://localhost.example.org/',
    'https://user:word@example.org/',
    'file:///etc/passwd',
    'example.org',
    '',
  ])
    expect(() => readAddress(url)).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  const url = 'https://example.org/hook/abcdef-123456-secret?access_token=0123456789abcdef'
  const said = `no /hook/abcdef-123456-secret here, 0123456789abcdef is unknown; abcdef-123456-secret; SECsecretsecret; hook`
  const left = withoutSecrets(said, { url, secret: 'SECsecretsecret' })
  expect(left).not.toMatch(/abcdef-123456|0123456789abcdef|SECsecret/)
  expect(left).toMatch(/ hook$/)
})

test('a key of the path is not told in the way that it is meant either', () => {
  const url = 'https://example.org/hook/abc%2Bdef%3D%3D-secret/x%FF'
  const said = 'no abc+def==-secret here, nor /hook/abc+def==-secret/, nor abc%2Bdef%3D%3D-secret'
  expect(withoutSecrets(said, { url, secret: null })).not.toContain('secret')
})

test('a secret that stands where a long answer is cut, or is short, is not told either', () => {
  const hook = {
    kind: 'json' as const,
    url: 'https://example.org/hook/abcdef-123456-secret?key=k%2F7&empty=',
    secret: 'Sx9',
  }
  for (let before = 170; before <= 200; before += 1) {
    const words = `${'-'.repeat(before)}abcdef-123456-secret`
    const said = [
      readAnswer(hook, { status: 500, body: words }),
      readAnswer({ ...hook, kind: 'feishu' }, { status: 200, body: JSON.stringify({ code: 9, msg: words }) }),
      readFailure(hook, new Error(words), false),
    ].map((verdict) => verdict.said)
    expect(said.join()).not.toMatch(/[a-f]/)
  }
  const short = 'no k%2F7, no k/7, no Sx9'
  expect(readAnswer(hook, { status: 403, body: short }).said).toBe('no ***, no ***, no ***')
  expect(readFailure(hook, new Error(short), false).said).toBe('no ***, no ***, no ***')
  const many = { ...hook, secret: '-' }
  expect(readAnswer(many, { status: 403, body: '-'.repeat(4_000) }).said).toHaveLength(201)
})
