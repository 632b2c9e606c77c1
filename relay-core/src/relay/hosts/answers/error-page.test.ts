import { expect, test } from 'vitest'
import { errorPage } from './error-page.ts'

test('each refusal has its status, both languages, and is never kept by a cache', () => {
  const expected = {
    'unknown-host': 404,
    paused: 503,
    offline: 502,
    'target-refused': 502,
    'target-failed': 502,
    'target-timeout': 504,
    'too-many': 429,
    limit: 503,
    denied: 403,
    unauthorized: 401,
    'bad-request': 400,
  } as const
  for (const [refusal, status] of Object.entries(expected) as [keyof typeof expected, number][]) {
    const page = errorPage(refusal)
    expect(page.status).toBe(status)
    expect(page.headers).toMatchObject({
      'Cache-Control': 'no-store',
      'Content-Length': String(page.body.length),
    })
    expect(page.body.toString()).toMatch(/[\u4e00-\u9fff]{3}/)
    expect(page.body.toString()).toMatch(/<section lang="en"><h1>[A-Z]/)
  }
  expect(errorPage('unauthorized').headers['WWW-Authenticate']).toContain('Basic realm=')
})
