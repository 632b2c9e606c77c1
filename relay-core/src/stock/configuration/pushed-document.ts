import * as z from 'zod'
import type { RelayError } from '../../api/errors.ts'
import { printable } from '../../api/words/printable.ts'
import { relayVersion } from '../../version.ts'
import type { PushedConfiguration } from './pushed-configuration.ts'
import type { ConfigReceiver } from './config-conversation.ts'
import { encodePushedHost, encodePushedTunnel } from './encode-pushed.ts'
import { decodePushedHost, decodePushedTunnel } from './pushed-config.ts'

/**
 * Everything that an agent brings along, as one document of the native protocol: `hosts` and `tunnels`, each entry a document of
 * the stock configuration mode. The client's own settings stay the relay's.
 */
export function encodePushedDocument({
  hosts,
  tunnels,
}: Pick<PushedConfiguration, 'hosts' | 'tunnels'>): string {
  const records = (documents: readonly string[]) => documents.map((one): unknown => JSON.parse(one))
  return JSON.stringify({
    hosts: records(hosts.map(encodePushedHost)),
    tunnels: records(tunnels.map(encodePushedTunnel)),
  })
}

/** More than this is not a configuration, even if it fits into the document. */
const maxEntries = 1000

const entries = z.array(z.unknown()).max(maxEntries).default([])
const pushedDocument = z.object({ hosts: entries, tunnels: entries })
/** As npc writes its name, whatever else an entry holds. */
const namedEntry = z.object({ Remark: z.string().max(4096) })

/** The outcome: what the relay has refused and why, or that this client may bring nothing. */
const pushedOutcome = z.object({
  /** Names. */
  refused: z.array(z.string()).default([]),
  /** Sentences, in the order of the names; fewer where there is no room for all, none from an older relay. */
  reasons: z.array(z.string()).default([]),
  denied: z.boolean().default(false),
})
export type PushedOutcome = z.infer<typeof pushedOutcome>

/** Relay's side; rejects on anything that is not such a document, and refuses an entry that it cannot read. `maxBytes`: how long the outcome may be as JSON. */
export async function takePushedDocument(
  document: string,
  receiver: ConfigReceiver | undefined,
  { maxBytes }: { maxBytes: number },
): Promise<PushedOutcome> {
  const { hosts, tunnels } = pushedDocument.parse(JSON.parse(document))
  if (!receiver) return { refused: [], reasons: [], denied: true }
  const refused: string[] = []
  const reasons: string[] = []
  const note = (name: string, refusal: Pick<RelayError, 'message'> | null) => {
    if (refusal === null) return
    // All without a name are told as one: `"",` is longer than the `7,` that it answers, and the answer has the document's limit.
    if (name === '' && refused.includes('')) return
    refused.push(name)
    reasons.push(refusal.message)
  }
  for (const record of hosts) {
    const host = decoded(record, decodePushedHost)
    if ('why' in host) note(nameOf(record), host.why)
    else note(host.remark || host.host, await receiver.addHost(host))
  }
  for (const record of tunnels) {
    const tunnel = decoded(record, decodePushedTunnel)
    if ('why' in tunnel) note(nameOf(record), tunnel.why)
    else note(tunnel.remark || tunnel.mode, await receiver.addTunnel(tunnel))
  }
  receiver.done()
  return { refused, reasons: thatFit(reasons, { beside: refused, maxBytes }), denied: false }
}

interface Unreadable {
  readonly why: Pick<RelayError, 'message'>
}

/** Or why the entry cannot be read: the others do not wait for it. */
function decoded<T extends object>(record: unknown, decode: (json: Buffer) => T): T | Unreadable {
  try {
    return decode(Buffer.from(JSON.stringify(record)))
  } catch (error) {
    const issues = error instanceof z.ZodError ? error.issues : []
    return { why: issues.some((issue) => isNewerKind(issue, record)) ? unknownSection : malformed(issues) }
  }
}

/** A later npc may name a mode or a scheme that is not known here, and the other fields of such an entry may have forms of their own. */
function isNewerKind({ path: [field, ...deeper] }: z.core.$ZodIssue, record: unknown): boolean {
  if ((field !== 'mode' && field !== 'scheme') || deeper.length > 0) return false
  const told: unknown = Object.entries(record ?? {}).find(([name]) => name.toLowerCase() === field)?.[1]
  return typeof told === 'string' && /^[a-z]\w{0,31}$/i.test(told)
}

function malformed(issues: readonly z.core.$ZodIssue[]): Pick<RelayError, 'message'> {
  const field = issues[0]?.path.join('.') ?? ''
  const what = field === '' ? 'It is no section' : `Its “${printable(field)}” is missing or malformed`
  return {
    message: `The server cannot read this section. ${what}. Correct it in npc.conf, or in whatever the sending program reads it from.`,
  }
}

function nameOf(record: unknown): string {
  return namedEntry.safeParse(record).data?.Remark ?? ''
}

const unknownSection = {
  message: `nps ${relayVersion} on the server does not know such a section. Update nps there, or take the section out.`,
}

/** The names matter more than the reasons. */
function thatFit(
  reasons: readonly string[],
  { beside, maxBytes }: { beside: readonly string[]; maxBytes: number },
): string[] {
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
  let room = maxBytes - bytes({ refused: beside, reasons: [], denied: false })
  const cut = reasons.findIndex((reason) => (room -= bytes(reason) + 1) < 0)
  return cut === -1 ? [...reasons] : reasons.slice(0, cut)
}

/** Throws on anything that is not such a document. */
export function decodePushedOutcome(document: string): PushedOutcome {
  return pushedOutcome.parse(JSON.parse(document))
}
