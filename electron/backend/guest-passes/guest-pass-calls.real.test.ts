import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '@nps-desktop/relay-core/secret'
import { silentLog } from '@nps-desktop/relay-core/log'
import { PrivateVisitor } from '@nps-desktop/relay-core/visitor'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

test('a pass is made, used, revoked and brought back from the app, and the activity tells of it', async () => {
  const { id: tunnelId } = await bed.readyTunnel()
  const wish = { tunnelId, name: 'A labmate', expiresAtMs: Date.now() + 3_600_000 }
  const { pass, line } = await bed.app.guestPasses.make(wish)
  const [, secret = ''] = /-password=(\S+)/.exec(line ?? '') ?? []
  expect(line).toContain(`-server=127.0.0.1:${bed.opened.bridgePort}`)
  const listed = () => bed.app.guestPasses.list({ tunnelId })
  expect(await listed()).toMatchObject({ supported: true, byAddress: false, passes: [{ id: pass.id }] })
  expect(JSON.stringify(await listed())).not.toContain(secret)

  const visitor = new PrivateVisitor({
    server: `127.0.0.1:${bed.opened.bridgePort}`,
    password: new Secret(secret),
    log: silentLog,
  })
  const stream = await visitor.open({ signal: AbortSignal.timeout(20_000) })
  const gone = new Promise((resolve) => stream.once('close', resolve))
  stream.on('error', () => undefined).resume()
  expect((await listed()).passes).toMatchObject([{ connections: 1, lastAddress: '127.0.0.1' }])
  const revoked = await bed.app.guestPasses.revoke({ tunnelId, passId: pass.id })
  expect(revoked.revokedAtMs).not.toBeNull()
  await gone
  await visitor.close()
  await bed.app.guestPasses.restore({ tunnelId, passId: pass.id })
  expect((await listed()).passes).toMatchObject([{ id: pass.id, revokedAtMs: null }])

  const lines = await bed.activityWhere((events) => events.some(({ code }) => code === 'guest-came'))
  const codes = lines.map(({ code }) => code)
  expect(codes).toContain('guest-pass-made')
  expect(codes).toContain('guest-pass-revoked')
  expect(codes).toContain('guest-pass-restored')
  expect(JSON.stringify(lines)).not.toContain(secret)
}, 60_000)
