import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, serverRef } from '../desktop-call.ts'
import { instantMs } from '../values.ts'

/** Base64. What is larger than 700,000 bytes is none of our files. */
const file = z.base64().max(940_000)
/** It opens all servers and lab boxes. */
export const minPassphraseLength = 8
const newPassphrase = z.string().min(minPassphraseLength).max(1_024)
const passphrase = z.string().min(1).max(1_024)

/** What a file adds to what is here. */
export const movedContents = z.object({
  madeAtMs: instantMs,
  /** Of the app that made it. */
  version: z.string(),
  /** Names of those that are not here yet. */
  servers: z.array(z.string()),
  labs: z.array(z.string()),
  /** How many of its servers and lab boxes are here already, and stay as they are. */
  here: z.number().int(),
  hostKeys: z.number().int(),
  /** Passwords, keys and admin keys. */
  signIns: z.number().int(),
  settings: z.number().int(),
  /** Files of private keys that its sign-ins name; they lie on the other computer. */
  keyFiles: z.array(z.string()),
})
export type MovedContents = z.infer<typeof movedContents>

/** What this laptop offers another one by a code: first the code, then how it ended. */
export const moveOffer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting'), code: z.string(), untilMs: instantMs }),
  /** The other laptop has the data, and could open it. */
  z.object({ state: z.literal('taken') }),
  z.object({ state: z.literal('expired') }),
])
export type MoveOffer = z.infer<typeof moveOffer>

/** The app's data to another computer and back: in a file that a passphrase opens, or through a server that both reach. */
export const movingContract = {
  pack: base.input(z.object({ passphrase: newPassphrase })).output(z.object({ file })),
  /** What `take` would add. Fails with `passphrase-wrong`, `export-unreadable`. */
  look: base.input(z.object({ file, passphrase })).output(movedContents),
  /** Adds it; answers with what was added. */
  take: base.input(z.object({ file, passphrase })).output(movedContents),
  /** The code is good while somebody follows, for ten minutes, and once. Fails with what the server says. */
  offer: base.input(serverRef).output(eventIterator(moveOffer)),
  /**
   * What the other laptop offers, for `look` and `take`. Fails with `code-mistyped`, `code-unknown`, `code-server-unreachable`,
   * `code-giver-gone`.
   */
  receive: base.input(z.object({ code: z.string().max(1_024) })).output(z.object({ file, passphrase })),
}
