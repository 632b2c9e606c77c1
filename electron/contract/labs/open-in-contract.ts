import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { sshEntries } from '../app/app-models.ts'
import { base, nothing } from '../desktop-call.ts'
import { failure } from '../failures/failure.ts'
import { id, port } from '../values.ts'

/** Programs that work on a lab box over its SSH tunnel. `terminal`: the system's own, with ssh in it. */
export const openInProgram = z.enum(['terminal', 'vscode', 'cursor', 'gateway'])
export type OpenInProgram = z.infer<typeof openInProgram>

/** An ssh server as the programs are told of it. The app has made sure that none of it can be taken for an option. */
export const sshPlace = z.object({
  /** What ssh is called with: the name of an entry, or `-p`, a port and `user@host`. */
  words: z.array(z.string()),
  /** The same as VS Code's Remote-SSH reads it: the name of an entry, or `user@host:port`. */
  authority: z.string(),
  host: z.string(),
  port,
  /** Null: whatever ssh takes by itself. */
  user: z.string().nullable(),
  /** The folder to begin in, on the lab box; null: none. */
  folder: z.string().nullable(),
})
export type SshPlace = z.infer<typeof sshPlace>

export const openInView = z.object({
  /** Those found on this computer. */
  programs: z.array(openInProgram),
  /** They are opened by a link that the page follows; the app itself starts no programs here. */
  byLink: z.boolean(),
  entries: sshEntries,
  /** The file that gets one line, and the app's own that it leads to. */
  files: z.object({ config: z.string(), own: z.string() }),
  /** Why the entries could not be brought up to date; null while they are. */
  failure: failure.nullable(),
  /** By lab box: the name of its entry, `ssh NAME`. Only of those that have one. */
  names: z.record(id, z.string()),
})
export type OpenInView = z.infer<typeof openInView>

export const openInContract = {
  watch: base.input(nothing).output(eventIterator(openInView)),
  /** Opens the lab box by its SSH tunnel. `link`: what the page has to follow where the app starts no programs; else null. */
  open: base
    .input(
      z.object({
        labId: id,
        program: openInProgram,
        /** An absolute path on the lab box. */
        folder: z.string().startsWith('/').max(4_096).optional(),
      }),
    )
    .output(z.object({ link: z.string().nullable() })),
  /** The person's answer to whether the app may keep entries in the ssh settings; off takes them out again. */
  keepEntries: base.input(z.object({ isOn: z.boolean() })).output(nothing),
}
