import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, nothing } from '../desktop-call.ts'
import { failure } from '../failures/failure.ts'
import { machineRef } from './ssh-models.ts'
import { instantMs } from '../values.ts'

/** Of a tab, and of the shell that is kept for it on its machine: letters and digits alone, for it is part of commands there. */
export const terminalId = z.string().regex(/^t[A-Za-z0-9]{6,16}$/)

/** In characters. */
export const terminalSize = z.object({
  cols: z.number().int().min(2).max(1_000),
  rows: z.number().int().min(1).max(500),
})
export type TerminalSize = z.infer<typeof terminalSize>

/** What one call may type, in UTF-16 units; a longer paste is several calls. */
export const maxTypedLength = 16 * 1024

export const terminalState = z.discriminatedUnion('state', [
  /** Of an earlier run of the app: opened again as soon as somebody looks at it. */
  z.object({ state: z.literal('resting') }),
  z.object({ state: z.literal('opening'), sinceMs: instantMs }),
  z.object({ state: z.literal('open'), sinceMs: instantMs }),
  /**
   * The connection broke off, or did not come about; `retryAtMs` is null while a try goes on. `unanswered`: characters that were
   * sent over it after the last that came back. They may have arrived or not, for a dead connection is noticed only after 20 s.
   */
  z.object({
    state: z.literal('lost'),
    sinceMs: instantMs,
    failure,
    retryAtMs: instantMs.nullable(),
    unanswered: z.number().int().nonnegative(),
  }),
  /** Not tried again by itself: a person has to change something first. */
  z.object({ state: z.literal('failed'), failure }),
  /**
   * `exit`: the shell ended, with its exit code where the machine says it. `connection`: it was not kept, and ended with its
   * connection. `gone`: it ended while there was no connection. `taken`: another computer has taken it over.
   */
  z.object({
    state: z.literal('ended'),
    atMs: instantMs,
    why: z.enum(['exit', 'connection', 'gone', 'taken']),
    exitCode: z.number().int().nullable(),
  }),
])
export type TerminalState = z.infer<typeof terminalState>

export const terminal = z.object({
  id: terminalId,
  machine: machineRef,
  state: terminalState,
  /**
   * What becomes of the shell when the connection breaks off: `tmux` keeps it; `login`: tmux does until the machine notices that
   * the account has logged out, and then ends all of its programs (KillUserProcesses of systemd-logind); `noTmux`: it ends with
   * the connection, for there is no tmux; `unwanted`: the same, for the person wants none to be kept. Null: not known yet.
   */
  keeper: z.enum(['tmux', 'login', 'noTmux', 'unwanted']).nullable(),
  /** As whom; null: not known yet. */
  user: z.string().nullable(),
})
export type Terminal = z.infer<typeof terminal>

/** A shell on a machine that no tab shows. */
export const keptShell = z.object({
  id: terminalId,
  startedAtMs: instantMs,
  /** What runs in it, and where, as tmux says. */
  command: z.string().max(200),
  folder: z.string().max(1_000),
})
export type KeptShell = z.infer<typeof keptShell>

/** A place in the output of a terminal: `run` changes whenever the app forgets what came before. */
export const outputPlace = z.object({ run: z.string().max(40), offset: z.number().int().nonnegative() })
export type OutputPlace = z.infer<typeof outputPlace>

export const terminalOutput = z.object({
  /** Where `text` ends. */
  place: outputPlace,
  text: z.string(),
  /** What was shown before does not join on to it: to be wiped first. */
  reset: z.boolean(),
  /** Some page had it before: what it asks of a terminal was answered then. */
  replay: z.boolean(),
})
export type TerminalOutput = z.infer<typeof terminalOutput>

const terminalRef = z.object({ terminalId })

/**
 * Shells on lab boxes and servers. The page tells how far it has come with the output (`acknowledge`); what is not acknowledged holds the
 * ssh channel back, so that neither side's memory grows.
 */
export const terminalsContract = {
  watch: base.input(nothing).output(eventIterator(z.array(terminal))),
  /** Answers at once; the state tells the rest. With `kept` it shows a shell that is there already. */
  open: base
    .input(z.object({ machine: machineRef, size: terminalSize, kept: terminalId.optional() }))
    .output(terminalRef),
  /** From where a page has come to, or from as far back as is known. */
  output: base
    .input(terminalRef.extend({ from: outputPlace.nullable() }))
    .output(eventIterator(terminalOutput)),
  acknowledge: base.input(terminalRef.extend({ place: outputPlace })).output(nothing),
  /**
   * Fulfils when the machine has taken it; in the order of the calls. `taken` false: there is no connection, and nothing of it
   * was sent.
   */
  write: base
    .input(terminalRef.extend({ text: z.string().min(1).max(maxTypedLength) }))
    .output(z.object({ taken: z.boolean() })),
  resize: base.input(terminalRef.extend({ size: terminalSize })).output(nothing),
  /** Skips the wait before the next try. */
  tryNow: base.input(terminalRef).output(nothing),
  /** A new shell in the place of one that has ended or failed. */
  startAgain: base.input(terminalRef).output(nothing),
  /** Takes the tab away. `end`: with the shell and all that runs in it; otherwise it goes on where it is kept. */
  close: base.input(terminalRef.extend({ end: z.boolean() })).output(nothing),
  /** Shells of this app on the machine that no tab shows; asked of the machine. */
  kept: base.input(z.object({ machine: machineRef })).output(z.array(keptShell)),
  endKept: base.input(z.object({ machine: machineRef, kept: terminalId })).output(nothing),
}
