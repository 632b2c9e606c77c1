import { afterEach, expect, test, vi } from 'vitest'
import { enterByPass } from './session.ts'

const pass = 'p'.repeat(43)
afterEach(() => {
  vi.unstubAllGlobals()
  sessionStorage.clear()
  history.replaceState(null, '', '/')
})

function answer(status: number, body: object): unknown[] {
  const calls: unknown[] = []
  vi.stubGlobal('fetch', async (path: string, { body: sent }: RequestInit) => {
    calls.push([path, JSON.parse(sent as string)])
    return new Response(JSON.stringify(body), { status })
  })
  return calls
}

test('the pass in the address becomes a session of this tab, and is gone from the address', async () => {
  const calls = answer(200, { token: 'session' })
  history.replaceState(null, '', `/#pass=${pass}`)
  await enterByPass()
  expect(calls).toEqual([['login/pass', { token: pass }]])
  expect(sessionStorage.getItem('nps:session')).toBe('session')
  expect(location.href).not.toContain(pass)
})

test('a pass that is too old leaves the login page, without a word of the pass', async () => {
  answer(401, { code: 'login-required', message: 'too old' })
  history.replaceState(null, '', `/#pass=${pass}`)
  await enterByPass()
  expect(sessionStorage.getItem('nps:session')).toBeNull()
  expect(location.href).not.toContain(pass)
})

test('without a pass nothing is asked', async () => {
  const calls = answer(200, { token: 'session' })
  await enterByPass()
  expect(calls).toEqual([])
})
