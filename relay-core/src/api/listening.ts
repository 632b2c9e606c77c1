import * as z from 'zod'
import { port } from './words/scalars.ts'
import { printableText } from './words/printable.ts'

const text = (maxLength: number) => z.string().max(maxLength).regex(printableText)

/** What npc tells of one lab box at most; it leaves the rest out. */
export const listeningLimits = { listeners: 100, others: 50, words: 24, wordLength: 200 } as const

/** A command line without anything that may be a secret: its program, its script and the options that say where it listens and what it serves. */
const command = z.array(text(listeningLimits.wordLength)).max(listeningLimits.words)
const owner = text(64)

/** Something that accepts connections on a lab box's loopback or private addresses. */
export const listener = z.object({
  /** As a tunnel's target names it, an IPv6 address without brackets: `127.0.0.1` for one that listens everywhere. */
  host: z.union([z.ipv4(), z.ipv6()]),
  port,
  /** Its account; null for one of the system's own. */
  owner: owner.nullable(),
  /** It belongs to the person who started or installed npc there. */
  isOwn: z.boolean(),
  /** Empty where npc's account may not see which process it is. */
  command,
  /** The folder that it was started in, of a person's own only; empty where it is not known. */
  folder: text(400),
})

/** What listens on a lab box, as its npc tells. */
export const listening = z.object({
  /** The home of the person whose programs are `isOwn`; empty where it is not known. */
  home: text(400),
  listeners: z.array(listener).max(listeningLimits.listeners),
  /** Other accounts' programs that may be behind a listener whose process npc may not see. */
  others: z.array(z.object({ owner: owner.nullable(), command })).max(listeningLimits.others),
})
export type Listening = z.infer<typeof listening>
