import { setTimeout as wait } from 'node:timers/promises'
import { desktopContract } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import { appOfWorld, movingOfWorld, openInOfWorld } from './app-of-world.ts'
import { filesRouter } from './files-of-world.ts'
import { foundOfWorld, labCardOfWorld, noticesOfWorld, startsOfWorld } from './labs-of-world.ts'
import { LiveWorld, noJob, nothing, second } from '../worlds/live-world.ts'
import { hostKeysOfWorld, serversOfWorld } from './servers-of-world.ts'
import { signInOf } from '../worlds/sign-in-worlds.ts'
import { terminalsOf } from '../worlds/terminal-worlds.ts'
import { trafficOfWorld } from './traffic-of-world.ts'
import { tunnelValuesOf } from './tunnel-values-of-world.ts'
import { guestPassesOfWorld, pathTestOfWorld, tunnelsOfWorld } from './tunnels-of-world.ts'
import { webhookOfWorld } from './webhook-of-world.ts'
import { Changes } from '../worlds/world-changes.ts'
import type { World } from '../worlds/world.ts'

const os = implement(desktopContract)

/** Answers the desktop contract from a world; calls change the world as the real backend would. */
export function scenarioRouter(world: World) {
  const live = new LiveWorld(world)
  const { changed } = live
  return os.router({
    app: appOfWorld(live),
    moving: movingOfWorld(),
    openIn: openInOfWorld(live),
    signIn: signInOf(world),
    servers: serversOfWorld(live),
    hostKeys: hostKeysOfWorld(live),
    webhook: webhookOfWorld(world),
    labCard: labCardOfWorld(live),
    found: foundOfWorld(live),
    starts: startsOfWorld(live),
    notices: noticesOfWorld(live),
    files: filesRouter(world),
    terminals: terminalsOf(world),
    tunnels: tunnelsOfWorld(live),
    tunnelValues: tunnelValuesOf(live),
    guestPasses: guestPassesOfWorld(live),
    pathTest: pathTestOfWorld(live),
    traffic: trafficOfWorld(live),
    overview: {
      watch: os.overview.watch.handler(async function* ({ signal }) {
        if (world.silent) for await (const _ of new Changes().each(signal)) continue
        const fresh = setInterval(
          () => world.overview.tunnels.forEach(({ id }) => live.prove(id)),
          8 * second,
        )
        try {
          yield { ...world.overview, atMs: Date.now() }
          for await (const _ of changed.each(signal)) yield { ...world.overview, atMs: Date.now() }
        } finally {
          clearInterval(fresh)
        }
      }),
    },
    activity: {
      watch: os.activity.watch.handler(async function* ({ signal }) {
        yield world.activity
        for await (const _ of changed.each(signal)) yield world.activity
      }),
    },
    jobs: {
      watch: os.jobs.watch.handler(async function* ({ input, signal }) {
        const job = world.jobs.find(({ id }) => id === input.jobId)
        if (job) yield job
        for await (const _ of changed.each(signal)) {
          const now = world.jobs.find(({ id }) => id === input.jobId)
          if (now) yield now
        }
      }),
      list: os.jobs.list.handler(async () => world.jobs),
      cancel: os.jobs.cancel.handler(nothing),
      retry: os.jobs.retry.handler(nothing),
    },
    labs: {
      add: os.labs.add.handler(async () => ({ labId: 'l1' })),
      edit: os.labs.edit.handler(nothing),
      allow: os.labs.allow.handler(nothing),
      share: os.labs.share.handler(nothing),
      setup: os.labs.setup.handler(noJob),
      invite: os.labs.invite.handler(async () => ({
        curl: 'curl -fsSLk https://120.1.1.2:8024/i/k3x9m2pq | sh',
        wget: 'wget --no-check-certificate -qO- https://120.1.1.2:8024/i/k3x9m2pq | sh',
        powershell: 'powershell -NoProfile -Command "…https://120.1.1.2:8024/i/k3x9m2pq.ps1…"',
        expiresAtMs: Date.now() + 900 * second,
      })),
      remove: os.labs.remove.handler(async () => ({ jobId: null })),
    },
    machineUpdates: {
      server: os.machineUpdates.server.handler(noJob),
      lab: os.machineUpdates.lab.handler(noJob),
    },
    console: {
      open: os.console.open.handler(async () => ({ url: 'http://127.0.0.1:40412/#pass=x' })),
    },
    systemUpdates: {
      read: os.systemUpdates.read.handler(async () => ({ updates: world.systemUpdates ?? null })),
    },
    serverUse: {
      watch: os.serverUse.watch.handler(async function* ({ signal }) {
        const told = world.serverUse ?? { use: null, tells: true }
        const at = Date.now() - (told.use?.atMs ?? 0)
        yield told
        while (!signal?.aborted) {
          await wait(3 * second, undefined, signal ? { signal } : {})
          yield told.use && at < 20 * second ? { ...told, use: { ...told.use, atMs: Date.now() } } : told
        }
      }),
    },
    trial: {
      start: os.trial.start.handler(async () => ({ serverId: 'trial' })),
      speak: os.trial.speak.handler(nothing),
      stop: os.trial.stop.handler(nothing),
    },
  })
}
