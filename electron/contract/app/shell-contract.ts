import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { appLink } from './app-link.ts'
import { openInProgram, sshPlace } from '../labs/open-in-contract.ts'
import { updateState } from './updates.ts'

const nothing = z.object({})

/**
 * What the backend asks of Electron's main process, over a port of its own. Headless answers the same
 * questions in its own process.
 */
export const shellContract = {
  /** Seals with the OS keychain. `sealed` is base64. */
  encrypt: oc.input(z.object({ plain: z.string() })).output(z.object({ sealed: z.string() })),
  decrypt: oc.input(z.object({ sealed: z.string() })).output(z.object({ plain: z.string() })),
  openUrl: oc.input(z.object({ url: z.string() })).output(nothing),
  openFolder: oc.input(z.object({ path: z.string() })).output(nothing),
  pickKeyFile: oc.input(nothing).output(z.object({ path: z.string().nullable() })),
  pickFiles: oc
    .input(z.object({ what: z.enum(['files', 'folder']) }))
    .output(z.object({ paths: z.array(z.string()) })),
  updates: {
    watch: oc.input(nothing).output(eventIterator(updateState)),
    check: oc.input(nothing).output(nothing),
    download: oc.input(nothing).output(nothing),
  },
  startAtLogin: {
    get: oc.input(nothing).output(z.object({ isOn: z.boolean() })),
    /** `problem`: why the system did not take it; null when it did. */
    set: oc.input(z.object({ isOn: z.boolean() })).output(z.object({ problem: z.string().nullable() })),
  },
  programs: {
    find: oc.input(nothing).output(z.object({ programs: z.array(openInProgram) })),
    /** `problem`: why it did not start; null when it did. */
    open: oc
      .input(z.object({ program: openInProgram, place: sshPlace }))
      .output(z.object({ problem: z.string().nullable() })),
  },
  deepLinks: oc.input(nothing).output(eventIterator(appLink)),
}

/** What the backend process is told at its start. */
export const backendStart = z.object({
  version: z.string(),
  dataFolder: z.string(),
  programsFolder: z.string(),
  downloadsFolder: z.string(),
  tray: z.boolean(),
  updateAddress: z.string(),
  secretStorage: z.enum(['keychain', 'key-file']),
})
export type BackendStart = z.infer<typeof backendStart>

/** The backend's last words when it cannot start, such as when the app's data does not open; `code` as in docs/errors.md, `message` in English. */
export const cannotStart = z.object({
  kind: z.literal('cannot-start'),
  code: z.string(),
  message: z.string(),
})
export type CannotStart = z.infer<typeof cannotStart>
