import { setTimeout as wait } from 'node:timers/promises'
import { desktopContract, startStepIds } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import { failed, nothing, second } from '../worlds/live-world.ts'
import type { LiveWorld } from '../worlds/live-world.ts'
import { Changes } from '../worlds/world-changes.ts'

const os = implement(desktopContract)

/** What lab boxes say of themselves. */
export function labCardOfWorld(live: LiveWorld) {
  const { world } = live
  return {
    watch: os.labCard.watch.handler(async function* ({ input, signal }) {
      const card = world.cards.get(input.labId)
      const ageMs = card?.reading ? Date.now() - card.reading.atMs : 0
      if (card) yield card
      // a reading of now stays one, and one of some time ago as old as it is
      while (!signal?.aborted) {
        await wait(10 * second, undefined, signal ? { signal } : {})
        if (card?.reading && ageMs < 20 * second)
          yield { ...card, reading: { ...card.reading, atMs: Date.now() - 3 * second } }
      }
    }),
    readNow: os.labCard.readNow.handler(nothing),
    endProcess: os.labCard.endProcess.handler(async () => ({ hasEnded: false })),
  }
}

/** What runs on lab boxes. */
export function foundOfWorld(live: LiveWorld) {
  const { world, changed } = live
  return {
    watch: os.found.watch.handler(async function* ({ input, signal }) {
      const look = () =>
        world.found.get(input.labId) ?? {
          state: 'read' as const,
          by: 'ssh' as const,
          atMs: Date.now(),
          services: [],
          failure: null,
        }
      yield look()
      for await (const _ of changed.each(signal)) yield look()
    }),
    glance: os.found.glance.handler(async function* ({ input, signal }) {
      const look = () => world.found.get(input.labId) ?? { state: 'unseen' as const, failure: null }
      yield look()
      for await (const _ of changed.each(signal)) yield look()
    }),
    lookNow: os.found.lookNow.handler(nothing),
    setOn: os.found.setOn.handler(async ({ input }) => {
      world.found.set(input.labId, input.isOn ? { state: 'unseen', failure: null } : { state: 'off' })
      changed.tell()
      return {}
    }),
    add: os.found.add.handler(async ({ input }) => {
      const look = world.found.get(input.labId)
      const service = look?.state === 'read' ? look.services.find(({ port }) => port === input.port) : null
      if (!service) failed({ code: 'not-found', params: {}, message: 'nothing there', fixes: [] })
      const { kind, name, target } = service
      return live.add(input.labId, kind, undefined, { name, target, reach: 'laptop' })
    }),
    lead: os.found.lead.handler(async ({ input }) => {
      live.change(input.tunnelId, { target: `127.0.0.1:${input.port}` })
      return {}
    }),
  }
}

/** Starts of services, which never end. */
export function startsOfWorld(live: LiveWorld) {
  const { world, changed } = live
  return {
    choices: os.starts.choices.handler(async () => world.choices),
    start: os.starts.start.handler(async ({ input }) => {
      const { what, port, folder, restarts } = input
      const { keptBy, environments } = world.choices
      const environment = environments.find(({ path }) => path === input.environment)?.name ?? ''
      const steps = startStepIds.map((id) => ({
        id,
        state: 'waiting' as const,
        startedAtMs: null,
        tookMs: null,
      }))
      const begun = { what, port, folder, restarts, keptBy, environment, steps, state: 'running' as const }
      world.start ??= { ...begun, log: [], tunnelId: null, failure: null }
      changed.tell()
      return {}
    }),
    watch: os.starts.watch.handler(async function* ({ signal }) {
      yield world.start
      for await (const _ of changed.each(signal)) yield world.start
    }),
    cancel: os.starts.cancel.handler(nothing),
    stop: os.starts.stop.handler(nothing),
  }
}

/** Notices, of which none comes, and what was asked for on lab boxes. */
export function noticesOfWorld(live: LiveWorld) {
  const { world, changed } = live
  return {
    watch: os.notices.watch.handler(async function* ({ signal }) {
      for await (const _ of new Changes().each(signal)) yield* []
    }),
    lookAt: os.notices.lookAt.handler(async function* ({ signal }) {
      yield {}
      for await (const _ of new Changes().each(signal)) yield {}
    }),
    alerts: {
      watch: os.notices.alerts.watch.handler(async function* ({ signal }) {
        yield world.alerts
        for await (const _ of changed.each(signal)) yield world.alerts
      }),
      add: os.notices.alerts.add.handler(async ({ input }) => {
        const alert = { id: `a${world.alerts.length}-${Date.now()}`, ...input }
        world.alerts = [...world.alerts, alert]
        changed.tell()
        return { alertId: alert.id }
      }),
      remove: os.notices.alerts.remove.handler(async ({ input }) => {
        world.alerts = world.alerts.filter(({ id }) => id !== input.alertId)
        changed.tell()
        return {}
      }),
    },
  }
}
