import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { OneTimeAddresses } from './one-time-address.ts'

const run = promisify(execFile)
const secret = 'http://127.0.0.1:8888/?token=abcdef'

describe('an address with a secret, handed to a browser', () => {
  const addresses = new OneTimeAddresses()
  afterEach(() => addresses.close())

  it('is not in what the browser is started with, and leads there once', async () => {
    const once = await addresses.to(secret)
    expect(once).not.toContain('abcdef')
    const wrong = await fetch(`${new URL(once).origin}/guess`, { redirect: 'manual' })
    expect(wrong.status).toBe(404)
    const answer = await fetch(once, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(secret)
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    await expect(fetch(once, { redirect: 'manual' })).rejects.toThrow('fetch failed')
  })

  it.runIf(process.getuid?.() === 0)(
    'leads nowhere for another account, and still there for this one',
    async () => {
      const once = await addresses.to(secret)
      const { stdout } = await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', once], {
        uid: 65_534,
      })
      expect(stdout).toBe('404')
      expect((await fetch(once, { redirect: 'manual' })).status).toBe(303)
    },
  )
})
