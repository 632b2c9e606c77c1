import type { Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab, overviewWith, tunnel } from '../../testing/pasted-lab.ts'
import TunnelHowTo from './TunnelHowTo.vue'

const ofLaptop = { reach: 'laptop', port: 1080, address: 'socks5://127.0.0.1:1080', target: '' } as const
const forAnyone = { reach: 'anyone', port: 7005, target: '' } as const
const signIn = { settings: { users: [{ name: 'lab', password: 'only for this test' }] } }

/** What the page says, `details` as the app tells them of the tunnel. */
async function said(
  part: Partial<Tunnel>,
  { details = null, allowTarget = lab.allowTarget }: { details?: unknown; allowTarget?: string | null } = {},
): Promise<string> {
  const overview = overviewWith({ labs: [{ ...lab, allowTarget }] })
  await using page = await mountPage(TunnelHowTo, {
    props: { tunnel: { ...tunnel, ...part }, details, labName: 'a100' },
    answers: { overview: { watch: feedOf(overview) } },
  })
  await flushPromises()
  return page.text()
}

test('a private proxy says what to enter in Firefox, Chrome and a terminal, and what its lab box lets it reach', async () => {
  const text = await said({ kind: 'socks5', ...ofLaptop })
  expect(text).toContain('SOCKS Host 127.0.0.1, Port 1080, SOCKS v5. Switch on “Proxy DNS')
  expect(text).toContain('--proxy-server=socks5://127.0.0.1:1080')
  expect(text).toContain('curl --socks5-hostname 127.0.0.1:1080 http://wiki.lab/')
  expect(text).toContain('Tunnels of a100 may lead only to 127.0.0.1, ::1')
  expect(text).not.toContain('sign-in')
  const http = { kind: 'httpProxy', ...ofLaptop, address: 'http://127.0.0.1:3128' } as const
  const free = await said(http, { allowTarget: null })
  expect(free).toContain('HTTP Proxy 127.0.0.1, Port 3128')
  expect(free).not.toContain('may lead only to')
})

test('one that is open to anyone says who signs in, and that browsers cannot do so by SOCKS5', async () => {
  const socks5 = { kind: 'socks5', ...forAnyone, address: 'socks5://203.0.113.2:7005' } as const
  expect(await said(socks5)).toBe('')
  const text = await said(socks5, { details: signIn })
  expect(text).toContain('have no sign-in for SOCKS5')
  expect(text).not.toContain('--proxy-server')
  expect(text).toContain('curl --socks5-hostname 203.0.113.2:7005 -U lab http://wiki.lab/')
  const http = { kind: 'httpProxy', ...forAnyone, address: 'http://203.0.113.2:7005' } as const
  const byHttp = await said(http, { details: signIn })
  expect(byHttp).toContain('--proxy-server=http://203.0.113.2:7005')
  expect(byHttp).toContain('It asks for the sign-in')
  expect(await said({ kind: 'httpProxy', ...ofLaptop, address: 'http://127.0.0.1:3128' })).not.toContain(
    '-U lab',
  )
})
