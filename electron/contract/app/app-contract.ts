import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { appLink } from './app-link.ts'
import { capabilities, settings } from './app-models.ts'
import { base, nothing } from '../desktop-call.ts'
import { updateState } from './updates.ts'

/** What the app itself can be asked: what it can do, its settings, its updates. */
export const appContract = {
  capabilities: base.input(nothing).output(capabilities),
  settings: {
    watch: base.input(nothing).output(eventIterator(settings)),
    save: base.input(settings.omit({ sshEntries: true }).partial()).output(settings),
  },
  openUrl: base.input(z.object({ url: z.url() })).output(nothing),
  openDataFolder: base.input(nothing).output(nothing),
  /** Takes what was set aside out of the app's data, with its secrets. */
  forgetSetAside: base.input(z.object({ id: z.number().int() })).output(nothing),
  /** Null when the person closed the dialog. */
  pickKeyFile: base.input(nothing).output(z.object({ path: z.string().nullable() })),
  /** Newer versions of the app: what is known of them, asking now, and fetching what was found. */
  updates: {
    watch: base.input(nothing).output(eventIterator(updateState)),
    check: base.input(nothing).output(nothing),
    download: base.input(nothing).output(nothing),
  },
  /** Whether the system starts the app when the person logs in; asked of the system, where it can be changed too. */
  startAtLogin: {
    get: base.input(nothing).output(z.object({ isOn: z.boolean() })),
    set: base.input(z.object({ isOn: z.boolean() })).output(nothing),
  },
  /** `nps-desktop://` links that arrived; the page decides what to show. */
  deepLinks: base.input(nothing).output(eventIterator(appLink)),
}
