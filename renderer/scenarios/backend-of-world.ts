import { setTimeout as wait } from 'node:timers/promises'
import { desktopContract, knownService, startStepIds } from '@nps-desktop/electron/contract'
import type { Failure, OpenInView, Tunnel } from '@nps-desktop/electron/contract'
import type { GuestPass } from '@nps-desktop/relay-core/api'
import { ORPCError, implement } from '@orpc/server'
import { filesRouter } from './files-of-world.ts'
import { terminalsOf } from './terminal-worlds.ts'
import { signInOf } from './sign-in-worlds.ts'
import { tunnelValuesOf } from './tunnel-values-of-world.ts'
import { webhookOfWorld } from './webhook-of-world.ts'
import { Changes } from './world-changes.ts'
import { guestPass, laptopPort, placeOf, usualReachOf } from './world.ts'
import type { World } from './world.ts'

const os = implement(desktopContract)
const second = 1_000
const serverHost = '120.1.1.2'

const moved = {
  madeAtMs: Date.UTC(2026, 10, 20, 9, 30),
  version: '1.0.0',
  servers: ['cloud-hz'],
  labs: ['lab-a100', 'lab-h200'],
  here: 1,
  hostKeys: 3,
  signIns: 4,
  settings: 2,
  keyFiles: ['/home/goudan/.ssh/id_ed25519'],
}

function measured(roundTripMs: number, speed: number | null) {
  return { roundTripMs, variesMs: roundTripMs / 20, downBytesPerSecond: speed, upBytesPerSecond: speed }
}

/** Answers the desktop contract from a world; calls change the world as the real backend would. */
export function scenarioRouter(world: World) {
  const changed = new Changes()
  const settings = new Changes()
  let last = 100

  function failed(failure: Failure): never {
    throw new ORPCError('FAILED', { data: { failure } })
  }
  function find(tunnelId: string): Tunnel {
    const tunnel = world.overview.tunnels.find(({ id }) => id === tunnelId)
    return tunnel ?? failed({ code: 'not-found', params: {}, message: `no tunnel ${tunnelId}`, fixes: [] })
  }
  function change(tunnelId: string, part: Partial<Tunnel>): void {
    world.overview.tunnels = world.overview.tunnels.map((one) =>
      one.id === tunnelId ? { ...one, ...part } : one,
    )
    changed.tell()
  }
  function remove(tunnelId: string): void {
    world.overview.tunnels = world.overview.tunnels.filter(({ id }) => id !== tunnelId)
    changed.tell()
  }
  function prove(tunnelId: string): void {
    const { status } = find(tunnelId)
    if (status.state === 'ready' || status.state === 'checking') {
      change(tunnelId, { status: { state: 'ready', checkedAtMs: Date.now(), ms: 46 } })
    }
  }
  function changePass(id: number, revokedAtMs: number | null): GuestPass {
    world.passes = world.passes.map((pass) => (pass.id === id ? { ...pass, revokedAtMs } : pass))
    const found = world.passes.find((pass) => pass.id === id)
    return found ?? failed({ code: 'not-found', params: {}, message: `no pass ${id}`, fixes: [] })
  }
  const removed = new Map<string, Tunnel>()
  const nothing = async (): Promise<Record<string, never>> => ({})
  const noJob = async () => ({ jobId: 'none' })

  return os.router({
    app: {
      capabilities: os.app.capabilities.handler(async () => ({
        version: '1.0.0',
        platform: 'linux',
        desktop: world.desktop ?? false,
        tray: true,
        openFolder: true,
        openUrl: false,
        pickFile: true,
        startAtLogin: true,
        secretStorage: 'keychain',
        dataFolder: '/home/goudan/.local/share/nps-desktop',
        updateAddress: 'https://updates.example.org/nps-desktop/',
      })),
      settings: {
        watch: os.app.settings.watch.handler(async function* ({ signal }) {
          yield world.settings
          for await (const _ of settings.each(signal)) yield world.settings
        }),
        save: os.app.settings.save.handler(async ({ input }) => {
          Object.assign(world.settings, input)
          settings.tell()
          return world.settings
        }),
      },
      updates: {
        watch: os.app.updates.watch.handler(async function* ({ signal }) {
          yield world.updates
          for await (const _ of new Changes().each(signal)) yield world.updates
        }),
        check: os.app.updates.check.handler(nothing),
        download: os.app.updates.download.handler(nothing),
      },
      startAtLogin: {
        get: os.app.startAtLogin.get.handler(async () => ({ isOn: false })),
        set: os.app.startAtLogin.set.handler(nothing),
      },
      openUrl: os.app.openUrl.handler(nothing),
      openDataFolder: os.app.openDataFolder.handler(nothing),
      forgetSetAside: os.app.forgetSetAside.handler(async ({ input }) => {
        world.overview.setAside = world.overview.setAside.filter(({ id }) => id !== input.id)
        changed.tell()
        return {}
      }),
      pickKeyFile: os.app.pickKeyFile.handler(async () => ({ path: '/home/goudan/.ssh/id_ed25519' })),
      deepLinks: os.app.deepLinks.handler(async function* ({ signal }) {
        for await (const _ of new Changes().each(signal)) yield { kind: 'open' as const }
      }),
    },
    overview: {
      watch: os.overview.watch.handler(async function* ({ signal }) {
        if (world.silent) for await (const _ of new Changes().each(signal)) continue
        const fresh = setInterval(() => world.overview.tunnels.forEach(({ id }) => prove(id)), 8 * second)
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
    hostKeys: {
      inspect: os.hostKeys.inspect.handler(async ({ input }) => {
        const fingerprint = 'SHA256:9f2cB1x7mZr0aVt3kUu8yWc5dNq6sHj4oPl2iEgQe4'
        const changed = input.host.startsWith('changed')
        const known = world.hostKeys.some(({ host }) => host === input.host)
        return {
          host: input.host,
          port: input.port,
          way: '',
          algorithm: 'ssh-ed25519',
          fingerprint: changed ? 'SHA256:Lm81nB2x7mZr0aVt3kUu8yWc5dNq6sHj4oPl2iE0aX' : fingerprint,
          state: changed ? 'changed' : known ? 'known' : 'new',
          pinned: changed || known ? fingerprint : null,
          sshKnows: false,
        }
      }),
      confirm: os.hostKeys.confirm.handler(nothing),
      list: os.hostKeys.list.handler(async () => world.hostKeys),
      forget: os.hostKeys.forget.handler(async ({ input }) => {
        world.hostKeys = world.hostKeys.filter(({ host }) => host !== input.host)
        return {}
      }),
    },
    files: filesRouter(world),
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
    servers: {
      add: os.servers.add.handler(async () => ({ serverId: 's1' })),
      edit: os.servers.edit.handler(nothing),
      connect: os.servers.connect.handler(async () => ({
        serverId: 's1',
        fingerprint: `sha256:${'7f3a9c'.repeat(7)}`,
      })),
      setup: os.servers.setup.handler(noJob),
      checkPorts: os.servers.checkPorts.handler(noJob),
      openHostFirewall: os.servers.openHostFirewall.handler(async () => ({
        command: 'ufw allow 7000:9000/tcp',
      })),
      ports: os.servers.ports.handler(async ({ input }) => ({
        report: world.ports.get(input.serverId) ?? null,
      })),
      tryNow: os.servers.tryNow.handler(nothing),
      remove: os.servers.remove.handler(async () => ({ jobId: null })),
      restart: os.servers.restart.handler(nothing),
      config: {
        get: os.servers.config.get.handler(async () => ({
          path: '/etc/nps/conf/nps.conf',
          text: '# nps.conf\nweb_username=admin\nweb_password=Kx81mQz7TcV0pWfR2dLs\nweb_port = 8080\nbridge_port=8024\nallow_ports=7000-9000\nlog_level=6\n',
          revision: '1',
          warnings: [],
        })),
        save: os.servers.config.save.handler(async ({ input }) => {
          const line = input.text.split('\n').findIndex((text) => /^web_port\s*=\s*[^\s\d]/.test(text)) + 1
          if (line > 0) {
            failed({
              code: 'config-invalid',
              params: { line, key: 'web_port' },
              message: `nps.conf:${line}: web_port needs a port from 1 to 65535`,
              fixes: [],
            })
          }
          return { revision: '2', restartNeeded: true }
        }),
      },
      log: os.servers.log.handler(async function* ({ signal }) {
        yield {
          lines: [
            '10:41:02 info  bridge listens on 0.0.0.0:8024',
            '10:41:09 info  client 1 (lab-a100) is online',
            '10:42:30 info  tunnel 1 (SSH) listens on 7001',
          ],
        }
        for await (const _ of new Changes().each(signal)) continue
      }),
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
    pathTest: {
      run: os.pathTest.run.handler(async () => ({
        atMs: Date.now(),
        slow: 'lab' as const,
        legs: [
          { leg: 'server' as const, measured: measured(12, 5_150_000), failure: null },
          { leg: 'lab' as const, measured: measured(34, 775_000), failure: null },
          { leg: 'service' as const, measured: measured(1, null), failure: null },
        ],
      })),
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
    webhook: webhookOfWorld(world),
    guestPasses: {
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
    },
    machineUpdates: {
      server: os.machineUpdates.server.handler(noJob),
      lab: os.machineUpdates.lab.handler(noJob),
    },
    notices: {
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
    },
    labCard: {
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
    },
    tunnels: {
      addPreset: os.tunnels.addPreset.handler(async ({ input }) => add(input.labId, input.kind, input.port)),
      addTcp: os.tunnels.addTcp.handler(async ({ input }) =>
        add(input.labId, 'tcp', input.port, {
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
        const { kind, reach } = find(tunnelId)
        const place = part.reach && part.reach !== reach ? newPlace(kind, part.reach, part.port) : {}
        const given = Object.entries(part).filter(([, value]) => value !== undefined)
        change(tunnelId, { ...Object.fromEntries(given), ...place })
        return {}
      }),
      tryDirect: os.tunnels.tryDirect.handler(async ({ input }) => {
        const { way } = find(input.tunnelId)
        if (way?.way === 'relay') change(input.tunnelId, { way: { ...way, reason: 'looking' } })
        return {}
      }),
      start: os.tunnels.start.handler(async ({ input }) => {
        change(input.tunnelId, { status: { state: 'checking', sinceMs: Date.now() } })
        return {}
      }),
      stop: os.tunnels.stop.handler(async ({ input }) => {
        change(input.tunnelId, { status: { state: 'paused' } })
        return {}
      }),
      remove: os.tunnels.remove.handler(async ({ input }) => {
        removed.set(input.tunnelId, find(input.tunnelId))
        world.overview.tunnels = world.overview.tunnels.filter(({ id }) => id !== input.tunnelId)
        changed.tell()
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
        prove(input.tunnelId)
        return find(input.tunnelId)
      }),
      openAddress: os.tunnels.openAddress.handler(async ({ input }) => ({
        url: `${find(input.tunnelId).address}/?token=9d1fd7b2c0`,
        hasToken: true,
      })),
      connections: os.tunnels.connections.handler(async ({ input }) => {
        const tunnel = find(input.tunnelId)
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
    },
    found: {
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
        const look = () => world.found.get(input.labId) ?? { state: 'unread' as const, failure: null }
        yield look()
        for await (const _ of changed.each(signal)) yield look()
      }),
      lookNow: os.found.lookNow.handler(nothing),
      setOn: os.found.setOn.handler(async ({ input }) => {
        world.found.set(input.labId, input.isOn ? { state: 'unread', failure: null } : { state: 'off' })
        changed.tell()
        return {}
      }),
      add: os.found.add.handler(async ({ input }) => {
        const look = world.found.get(input.labId)
        const service = look?.state === 'read' ? look.services.find(({ port }) => port === input.port) : null
        if (!service) failed({ code: 'not-found', params: {}, message: 'nothing there', fixes: [] })
        const { kind, name, target } = service
        return add(input.labId, kind, undefined, { name, target, reach: 'laptop' })
      }),
      lead: os.found.lead.handler(async ({ input }) => {
        change(input.tunnelId, { target: `127.0.0.1:${input.port}` })
        return {}
      }),
    },
    moving: {
      pack: os.moving.pack.handler(async () => ({ file: 'bnBzbW92ZTE=' })),
      look: os.moving.look.handler(async () => moved),
      take: os.moving.take.handler(async () => moved),
    },
    openIn: {
      watch: os.openIn.watch.handler(async function* ({ signal }) {
        const view = (): OpenInView => {
          const { sshEntries: entries } = world.settings
          const named = entries === 'on' ? world.overview.labs.map(({ id, name }) => [id, name] as const) : []
          return {
            programs: ['terminal', 'vscode'],
            byLink: false,
            entries,
            files: { config: '/home/goudan/.ssh/config', own: '/home/goudan/.ssh/nps-desktop.conf' },
            failure: null,
            names: Object.fromEntries(named),
          }
        }
        yield view()
        for await (const _ of settings.each(signal)) yield view()
      }),
      open: os.openIn.open.handler(async () => ({ link: null })),
      keepEntries: os.openIn.keepEntries.handler(async ({ input }) => {
        world.settings.sshEntries = input.isOn ? 'on' : 'off'
        settings.tell()
        return {}
      }),
    },
    signIn: signInOf(world),
    starts: {
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
    },
    tunnelValues: tunnelValuesOf(world, { find, add, change, remove }),
    traffic: {
      live: os.traffic.live.handler(async function* ({ signal }) {
        const value = (atMs: number) => ({
          atMs,
          tunnels: world.overview.tunnels.map((tunnel) => {
            const { down, up } = world.traffic(tunnel, atMs)
            return {
              tunnelId: tunnel.id,
              downBytesPerSecond: down,
              upBytesPerSecond: up,
              downBytes: tunnel.downBytes,
              upBytes: tunnel.upBytes,
              connections: tunnel.connections,
            }
          }),
        })
        // A full minute at once, so that a picture need not wait for it.
        for (let back = 60; back > 0; back -= 1) yield value(Date.now() - back * second)
        while (!signal?.aborted) {
          await wait(second, undefined, signal ? { signal } : {})
          yield value(Date.now())
        }
      }),
      history: os.traffic.history.handler(async ({ input }) => {
        const periodMs = { hour: 60_000, day: 300_000, week: 3_600_000, month: 21_600_000 }[input.range]
        const count = { hour: 60, day: 288, week: 168, month: 120 }[input.range]
        const from = Math.floor(Date.now() / periodMs) * periodMs - (count - 1) * periodMs
        const tunnels = world.overview.tunnels.filter(({ id }) => !input.tunnelId || id === input.tunnelId)
        return {
          periodMs,
          points: Array.from({ length: count }, (_, index) => {
            const atMs = from + index * periodMs
            const unknown = input.range === 'day' && index > 190 && index < 262
            const sum = tunnels
              .map((tunnel) => world.traffic(tunnel, (atMs / periodMs) * 9_000))
              .reduce((all, one) => ({ down: all.down + one.down, up: all.up + one.up }), { down: 0, up: 0 })
            return {
              atMs,
              downBytes: unknown ? null : Math.round((sum.down * periodMs) / 1_000),
              upBytes: unknown ? null : Math.round((sum.up * periodMs) / 1_000),
            }
          }),
        }
      }),
    },
    terminals: terminalsOf(world),
    trial: {
      start: os.trial.start.handler(async () => ({ serverId: 'trial' })),
      stop: os.trial.stop.handler(nothing),
    },
  })

  function newPlace(kind: Tunnel['kind'], reach: Tunnel['reach'], wished?: number) {
    if (reach === 'laptop') {
      const port = wished ?? laptopPort(kind, world.overview.tunnels)
      return placeOf(kind, serverHost, port, reach)
    }
    last += 1
    return placeOf(kind, serverHost, wished ?? 7000 + last, reach)
  }
  function add(
    labId: string,
    kind: Tunnel['kind'],
    wishedPort: number | undefined,
    part: Partial<Tunnel> = {},
  ): { tunnelId: string } {
    const model = world.overview.labs.find(({ id }) => id === labId)
    if (!model) failed({ code: 'not-found', params: {}, message: `no lab ${labId}`, fixes: [] })
    const place = newPlace(kind, part.reach ?? usualReachOf(kind, serverHost), wishedPort)
    const tunnelId = `t${place.port}`
    const name = knownService(kind)?.name ?? 'Other'
    world.overview.tunnels = [
      ...world.overview.tunnels,
      {
        id: tunnelId,
        serverId: model.serverId,
        labId,
        kind,
        name,
        target: '127.0.0.1:22',
        ...place,
        status: { state: 'checking', sinceMs: Date.now() },
        stops: [],
        connections: 0,
        downBytes: 0,
        upBytes: 0,
        ...part,
      },
    ]
    changed.tell()
    return { tunnelId }
  }
}
