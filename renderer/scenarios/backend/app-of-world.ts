import { desktopContract } from '@nps-desktop/electron/contract'
import type { OpenInView } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import { nothing } from '../worlds/live-world.ts'
import type { LiveWorld } from '../worlds/live-world.ts'
import { Changes } from '../worlds/world-changes.ts'

const os = implement(desktopContract)

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

/** What the app itself is asked. */
export function appOfWorld(live: LiveWorld) {
  const { world, changed, settings } = live
  return {
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
  }
}

/** Other programs of this computer, of which two are there. */
export function openInOfWorld(live: LiveWorld) {
  const { world, settings } = live
  return {
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
  }
}

const shownCode = '120.26.9.31:8024 K7QF2-9XMDT-4WB3H-Q8NRC'

/** The file of another computer, whatever its passphrase or code. */
export function movingOfWorld() {
  return {
    pack: os.moving.pack.handler(async () => ({ file: 'bnBzbW92ZTE=' })),
    look: os.moving.look.handler(async () => moved),
    take: os.moving.take.handler(async () => moved),
    offer: os.moving.offer.handler(async function* ({ signal }) {
      yield { state: 'waiting', code: shownCode, untilMs: Date.now() + 10 * 60_000 }
      for await (const _ of new Changes().each(signal)) continue
    }),
    receive: os.moving.receive.handler(async () => ({ file: 'bnBzbW92ZTE=', passphrase: 'x' })),
  }
}
