import type { Client, LiveTraffic, RelayTunnel } from '@nps-desktop/relay-core/api'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { keepMirror, RelayMirror } from './relay-mirror.ts'

const client = { id: 1, connections: 3 } as Client
const tunnel = { id: 7, connections: 0, downBytes: 0, upBytes: 0 } as RelayTunnel
const rates = { downBytesPerSecond: 9, upBytesPerSecond: 1 }
const live: LiveTraffic = {
  atMs: 2,
  tunnels: [{ tunnelId: 7, ...rates, connections: 3, downBytes: 500, upBytes: 20 }],
}

test('what was counted last stays when the link is lost, and no rate does', async () => {
  const mirror = new RelayMirror()
  const heard = Promise.withResolvers<void>()
  // The connection ends once all of it has been told.
  const told = <T>(value: T) => ({
    watch: async () =>
      (async function* () {
        yield value
        await heard.promise
      })(),
  })
  const api = standIn<RelayClient>({
    clients: told([client]),
    tunnels: told([tunnel]),
    passes: told([]),
    traffic: { live: told(live).watch },
    status: { get: async () => ({}) },
  })
  const heardAll = () => {
    if (mirror.clients && mirror.tunnels && mirror.live.size > 0) heard.resolve()
  }
  const events = { changed: heardAll, traffic: heardAll, answered: () => undefined }
  const { signal } = new AbortController()
  const kept = keepMirror(mirror, api, { clock: new ManualClock(), events, signal })
  await expect(kept).rejects.toThrow('the server ended the connection')
  expect(mirror.live.size).toBe(0)
  expect(mirror.clients).toBeNull()
  expect(mirror.tunnels).toEqual([{ id: 7, connections: 3, downBytes: 500, upBytes: 20 }])
  expect(mirror.lastClients).toEqual([client])
})
