import type { Client, RelayTunnel } from '@nps-desktop/relay-core/api'
import { expect, it } from 'vitest'
import { nextQuotas, type ReachedQuotas } from './reached-quotas.ts'

const names = { lab: () => 'a100', labId: () => 'l1', tunnelId: (id: number) => `s-t${id}` }

/** Of a client and a tunnel only their limits and bytes matter here. */
function look(reached: ReachedQuotas | undefined, usedBytes: number, quotaBytes = 1_000) {
  const limits = { quotaBytes }
  const client = {
    id: 1,
    name: 'a100',
    limits: {},
    downBytes: usedBytes,
    upBytes: 0,
  } as Partial<Client> as Client
  const tunnel = {
    id: 2,
    clientId: 1,
    name: 'Jupyter',
    limits,
    downBytes: usedBytes,
    upBytes: 0,
  } as Partial<RelayTunnel> as RelayTunnel
  return nextQuotas(reached, { serverId: 's', clients: [client], tunnels: [tunnel] }, names)
}

it('tells of a quota at 80 % and when it is used up, once each', () => {
  let reached: ReachedQuotas | undefined
  const told = [100, 799, 800, 900, 1_000, 1_200].flatMap((used) => {
    const next = look(reached, used)
    reached = next.reached
    return next.told.map(({ event }) =>
      event.code === 'quota-near' ? `${used} ${event.percent} ${event.of}` : '',
    )
  })
  expect(told).toEqual(['800 80 Jupyter (a100)', '1000 100 Jupyter (a100)'])
})

it('says nothing of what was reached before, and again of a quota that was raised', () => {
  const first = look(undefined, 950)
  expect(first.told).toEqual([])
  const raised = look(first.reached, 950, 10_000)
  expect(look(raised.reached, 8_500, 10_000).told).toHaveLength(1)
})
