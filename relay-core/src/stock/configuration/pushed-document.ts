import { z } from 'zod'
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

/** The outcome: the names of what the relay has refused, or that this client may bring nothing. */
const pushedOutcome = z.object({
  refused: z.array(z.string()).default([]),
  denied: z.boolean().default(false),
})
export type PushedOutcome = z.infer<typeof pushedOutcome>

/** Relay's side; rejects on anything that is not such a document. */
export async function takePushedDocument(
  document: string,
  receiver: ConfigReceiver | undefined,
): Promise<PushedOutcome> {
  const { hosts, tunnels } = pushedDocument.parse(JSON.parse(document))
  if (!receiver) return { refused: [], denied: true }
  const refused: string[] = []
  for (const record of hosts) {
    const host = decodePushedHost(Buffer.from(JSON.stringify(record)))
    if (!(await receiver.addHost(host))) refused.push(host.remark || host.host)
  }
  for (const record of tunnels) {
    const tunnel = decodePushedTunnel(Buffer.from(JSON.stringify(record)))
    if (!(await receiver.addTunnel(tunnel))) refused.push(tunnel.remark || tunnel.mode)
  }
  receiver.done()
  return { refused, denied: false }
}

/** Throws on anything that is not such a document. */
export function decodePushedOutcome(document: string): PushedOutcome {
  return pushedOutcome.parse(JSON.parse(document))
}
