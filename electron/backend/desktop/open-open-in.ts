import type { Log } from '@nps-desktop/relay-core/log'
import type { AppCalls } from '../app/app-calls.ts'
import { OpenIn } from '../open-in/open-in.ts'
import { SshEntries } from '../open-in/ssh-entries.ts'
import { SshSettings } from '../open-in/ssh-settings.ts'
import type { Shell } from '../shell.ts'
import type { Storage } from '../storage/records.ts'
import type { View } from './open-view.ts'

/** Lab boxes in other programs. The entries in the ssh settings follow from now on, where there are any. */
export function openOpenIn({
  shell,
  storage,
  view,
  app,
  log,
}: {
  shell: Shell
  storage: Storage
  view: View
  app: AppCalls
  log: Log
}): AsyncDisposable & { readonly openIn: OpenIn } {
  const overview = view.overview.feed
  // the app in a browser has data of its own, and so files of its own
  const mark = shell.desktop ? 'nps-desktop' : 'nps-desktop-browser'
  const settings = new SshSettings({ folder: shell.sshFolder, mark })
  const save = app.saveSettings.bind(app)
  const entries = new SshEntries({ storage, overview, settings, save, log })
  entries.start()
  const openIn = new OpenIn({ programs: shell.programs, overview, entries, settings })
  return { openIn, [Symbol.asyncDispose]: () => entries.close() }
}
