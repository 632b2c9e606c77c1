import { type Fix, thisLabBoxOnly, type Tunnel } from '@nps-desktop/electron/contract'
import { Agent } from '@nps-desktop/relay-core/agent'
import { allowedTargets } from '@nps-desktop/relay-core/config'
import { silentLog } from '@nps-desktop/relay-core/log'
import { Secret } from '@nps-desktop/relay-core/secret'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

test('a target that the lab box refuses can be let in where the person has written it, not where the server has', async () => {
  const { id: tunnelId, labId } = await bed.readyTunnel()
  await bed.agent?.close()
  bed.agent = new Agent({
    server: `127.0.0.1:${bed.opened.bridgePort}`,
    vkey: new Secret(await bed.vkeyOf(labId)),
    fingerprint: bed.opened.fingerprint,
    dialPolicy: allowedTargets(thisLabBoxOnly),
    log: silentLog,
  })
  bed.agent.start()
  await bed.tunnelWhere(({ status }) => status.state === 'ready')

  await bed.app.labs.edit({ labId, allowTarget: '127.0.0.1,10.9.9.9:22' })
  await bed.app.tunnels.edit({ tunnelId, target: '10.9.9.9:22' })
  await bed.app.labs.edit({ labId, allowTarget: thisLabBoxOnly })
  const widening = { action: 'allow-target', labId, targets: ['10.9.9.9:22'] }
  await bed.tunnelWhere(({ status }) => isDeepStrictEqual(fixesOf(status, '10.9.9.9:22')?.[0], widening))

  const { client, close } = await bed.askRelay()
  const relayTunnelId = Number(tunnelId.slice(tunnelId.lastIndexOf('-t') + 2))
  await client.tunnels.edit({ id: relayTunnelId, target: '10.9.9.10:22' })
  close()
  const { status } = await bed.tunnelWhere(({ status: now }) => fixesOf(now, '10.9.9.10:22') !== null)
  expect(fixesOf(status, '10.9.9.10:22')).toEqual([{ action: 'retry' }])
}, 60_000)

/** What can be done where the lab box has refused this target; null: it has not. */
function fixesOf(status: Tunnel['status'], target: string): Fix[] | null {
  if (status.state !== 'broken' || status.failure.code !== 'target-denied') return null
  return status.failure.params.target === target ? status.failure.fixes : null
}
