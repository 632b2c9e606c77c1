import { setTimeout as wait } from 'node:timers/promises'
import { desktopContract } from '@nps-desktop/electron/contract'
import type { Tunnel } from '@nps-desktop/electron/contract'
import type { GuestPass } from '@nps-desktop/relay-core/api'
import { implement } from '@orpc/server'
import { byServer } from '../worlds/way-worlds.ts'
import { failed, nothing, second } from '../worlds/live-world.ts'
import type { LiveWorld } from '../worlds/live-world.ts'
import { guestPass } from '../worlds/world.ts'

const os = implement(desktopContract)

function measured(roundTripMs: number, speed: number | null) {
  return { roundTripMs, variesMs: roundTripMs / 20, downBytesPerSecond: speed, upBytesPerSecond: speed }
}

/** Tunnels as most people use them; port 22 is not allowed. */
export function tunnelsOfWorld(live: LiveWorld) {
  const { world, changed } = live
  const removed = new Map<string, Tunnel>()
  return {
    addPreset: os.tunnels.addPreset.handler(async ({ input }) =>
      live.add(input.labId, input.kind, input.port),
    ),
    addTcp: os.tunnels.addTcp.handler(async ({ input }) =>
      live.add(input.labId, 'tcp', input.port, {
        name: input.name,
        target: input.target,
        reach: input.reach,
      }),
    ),
    edit: os.tunnels.edit.handler(async ({ input }) => {
      const { tunnelId, ...part } = input
      if (part.port === 22) {
        failed({
          code: 'port-not-allowed',
          params: { port: 22, allowPorts: '7000-9000', server: 'cloud-hz' },
          message: 'port 22 is outside allow_ports',
          fixes: [{ action: 'use-port', port: 7005 }],
        })
      }
      const { kind, reach } = live.find(tunnelId)
      const place = part.reach && part.reach !== reach ? live.newPlace(kind, part.reach, part.port) : {}
      const given = Object.entries(part).filter(([, value]) => value !== undefined)
      live.change(tunnelId, { ...Object.fromEntries(given), ...place })
      return {}
    }),
    setDirect: os.tunnels.setDirect.handler(async ({ input: { tunnelId, direct } }) => {
      const { way } = live.find(tunnelId)
      live.change(tunnelId, {
        direct,
        ...(way ? { way: byServer(direct === 'no' ? 'off-here' : 'looking') } : {}),
      })
      return {}
    }),
    tryDirect: os.tunnels.tryDirect.handler(async ({ input }) => {
      const { way } = live.find(input.tunnelId)
      if (way?.way === 'relay') live.change(input.tunnelId, { way: { ...way, reason: 'looking' } })
      return {}
    }),
    start: os.tunnels.start.handler(async ({ input }) => {
      live.change(input.tunnelId, { status: { state: 'checking', sinceMs: Date.now() } })
      return {}
    }),
    stop: os.tunnels.stop.handler(async ({ input }) => {
      live.change(input.tunnelId, { status: { state: 'paused' } })
      return {}
    }),
    remove: os.tunnels.remove.handler(async ({ input }) => {
      removed.set(input.tunnelId, live.find(input.tunnelId))
      live.remove(input.tunnelId)
      return { undoUntilMs: Date.now() + 10 * second }
    }),
    undoRemove: os.tunnels.undoRemove.handler(async ({ input }) => {
      const back = removed.get(input.tunnelId)
      if (back) world.overview.tunnels = [...world.overview.tunnels, back]
      changed.tell()
      return {}
    }),
    useHere: os.tunnels.useHere.handler(async ({ input }) => input),
    acceptChange: os.tunnels.acceptChange.handler(nothing),
    check: os.tunnels.check.handler(async ({ input, signal }) => {
      await wait(400, undefined, signal ? { signal } : {})
      live.prove(input.tunnelId)
      return live.find(input.tunnelId)
    }),
    openAddress: os.tunnels.openAddress.handler(async ({ input }) => ({
      url: `${live.find(input.tunnelId).address}/?token=9d1fd7b2c0`,
      hasToken: true,
    })),
    connections: os.tunnels.connections.handler(async ({ input }) => {
      const tunnel = live.find(input.tunnelId)
      const link = world.overview.servers.find(({ id }) => id === tunnel.serverId)?.link
      if (link?.state === 'away') failed(link.failure)
      return ['36.112.4.81:51422', '36.112.4.81:51430', '202.114.66.9:40112']
        .slice(0, tunnel.connections)
        .map((visitor, id) => ({
          id,
          visitor,
          openedAtMs: Date.now() - (id + 1) * 61 * second,
          downBytes: 412e6 / (id * 90 + 1),
          upBytes: 31e5 / (id * 9 + 1),
        }))
    }),
  }
}

/** Passes of whichever tunnel is asked for. */
export function guestPassesOfWorld(live: LiveWorld) {
  const { world } = live
  let last = 100
  function changePass(id: number, revokedAtMs: number | null): GuestPass {
    world.passes = world.passes.map((pass) => (pass.id === id ? { ...pass, revokedAtMs } : pass))
    const found = world.passes.find((pass) => pass.id === id)
    return found ?? failed({ code: 'not-found', params: {}, message: `no pass ${id}`, fixes: [] })
  }
  return {
    list: os.guestPasses.list.handler(async () => ({
      supported: true,
      byAddress: false,
      passes: world.passes,
    })),
    make: os.guestPasses.make.handler(async ({ input: { name, expiresAtMs, address = null } }) => {
      const pass = guestPass((last += 1), name, { expiresAtMs, address })
      world.passes = [...world.passes, pass]
      return { pass, line: 'npc -server=120.1.1.2:8024 -password=hkq7mXw2 -local_port=8888' }
    }),
    revoke: os.guestPasses.revoke.handler(async ({ input }) => changePass(input.passId, Date.now())),
    restore: os.guestPasses.restore.handler(async ({ input }) => changePass(input.passId, null)),
  }
}

/** The way to a tunnel, slow on its lab box's leg. */
export function pathTestOfWorld(live: LiveWorld) {
  return {
    run: os.pathTest.run.handler(async ({ input }) => ({
      atMs: Date.now(),
      slow: 'lab' as const,
      direct:
        live.find(input.tunnelId).way?.way === 'direct'
          ? { measured: { roundTripMs: 12, lostPart: 0.002, upBytesPerSecond: 11_050_000 } }
          : null,
      legs: [
        { leg: 'server' as const, measured: measured(12, 5_150_000), failure: null },
        { leg: 'lab' as const, measured: measured(34, 775_000), failure: null },
        { leg: 'service' as const, measured: measured(1, null), failure: null },
      ],
    })),
  }
}
