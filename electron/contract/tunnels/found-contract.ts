import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, labRef, nothing, tunnelRef } from '../desktop-call.ts'
import { failure } from '../failures/failure.ts'
import { tunnelKind } from './tunnel-kinds.ts'
import { id, instantMs, port } from '../values.ts'

/** Programs that are recognised, and `other` for those that only have a name. */
export const foundPrograms = [
  'jupyter',
  'tensorboard',
  'code-server',
  'gradio',
  'streamlit',
  'mlflow',
  'vllm',
  'llm',
  'ssh',
  'rdp',
  'vnc',
  'web',
  'other',
] as const
export type FoundProgram = (typeof foundPrograms)[number]

/** What tells one of a kind from another: where it works, in which Python, what it serves. The text is the machine's own. */
export const foundAbout = z.object({
  what: z.enum(['folder', 'logdir', 'conda', 'venv', 'model', 'script', 'title']),
  text: z.string().max(200),
})
export type FoundAbout = z.infer<typeof foundAbout>

/** Something that listens on a lab box. */
export const foundService = z.object({
  port,
  /** Where a tunnel to it leads, `host:port`. */
  target: z.string().max(60),
  program: z.enum(foundPrograms),
  /** Of a tunnel to it. */
  kind: tunnelKind,
  /** A proper name, or that of its process. */
  name: z.string().min(1).max(60),
  about: z.array(foundAbout).max(3),
  /** The account it belongs to; null for one of the system's own. */
  owner: z.string().max(64).nullable(),
  /** It belongs to the account that the app signs in with. */
  isMine: z.boolean(),
  /** The app has started it, and can stop it. */
  isStarted: z.boolean(),
})
export type FoundService = z.infer<typeof foundService>

/** Why npc does not tell what listens on its lab box: too old, the nps between is too old, its owner does not want it, its system does not tell npc. */
export const untoldReasons = ['npc-old', 'nps-old', 'npc-off', 'npc-cannot'] as const
export type UntoldReason = (typeof untoldReasons)[number]

/** What is known of a lab box's services. */
export const foundLook = z.discriminatedUnion('state', [
  /** The person does not want the app to look there. */
  z.object({ state: z.literal('off') }),
  /** Not looked yet; `failure`: why it did not work. */
  z.object({ state: z.literal('unseen'), failure: failure.nullable() }),
  /** Without a sign-in there only npc can tell, and it does not. */
  z.object({ state: z.literal('untold'), why: z.enum(untoldReasons) }),
  /** As of `atMs`. `failure`: why the last look since did not work. */
  z.object({
    state: z.literal('read'),
    atMs: instantMs,
    /** Who has told: the lab box over ssh, or its npc, which knows less. */
    by: z.enum(['ssh', 'npc']),
    services: z.array(foundService).max(100),
    failure: failure.nullable(),
  }),
])
export type FoundLook = z.infer<typeof foundLook>

const foundRef = labRef.extend({ port })

/** What listens on a lab box, over ssh where the app has a sign-in, else as npc tells: on that machine alone, never on others that it reaches. */
export const foundContract = {
  /** Looks at once and then every 30 s for as long as it is followed; first what is known already. */
  watch: base.input(labRef).output(eventIterator(foundLook)),
  /** What npc tells, each minute while it is followed: for a page that signs in nowhere. */
  glance: base.input(labRef).output(eventIterator(foundLook)),
  lookNow: base.input(labRef).output(nothing),
  /** Whether the app looks for services on this lab box. */
  setOn: base.input(labRef.extend({ isOn: z.boolean() })).output(nothing),
  /** Makes a tunnel to what was found on `port`, for this laptop alone. */
  add: base.input(foundRef).output(tunnelRef),
  /** Lets a tunnel lead to what was found on `port`, as it has moved there. */
  lead: base.input(foundRef.extend({ tunnelId: id })).output(nothing),
}
