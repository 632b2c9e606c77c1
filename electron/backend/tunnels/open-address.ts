import { isServiceKind, knownServices } from '@nps-desktop/electron/contract'
import { isLoopback } from '@nps-desktop/relay-core/visitor'
import { addressOf, targetPort } from '../known-tunnels/tunnel-kind.ts'
import { type ListedTunnel, visitorHost } from '../known-tunnels/list-tunnels.ts'
import { addressOfTunnel } from '../known-tunnels/tunnel-address.ts'
import type { LabServices } from '../labs/lab-services.ts'
import type { LoopbackForwards } from '../forwards/loopback-forwards.ts'

/**
 * The address that a person opens, with what it takes to get in when the app can find it out. `secure`: a check has met
 * a service that speaks HTTPS.
 */
export async function openAddress(
  tunnel: ListedTunnel,
  {
    forwards,
    services,
    secure,
    signal,
  }: { forwards: LoopbackForwards; services: LabServices; secure: boolean; signal: AbortSignal },
): Promise<{ url: string; hasToken: boolean }> {
  const { kind, port, entrance, lab, relayTunnel } = tunnel
  const user = lab.address?.user ?? null
  if (!isServiceKind(kind) || knownServices[kind].use !== 'open-page')
    return { url: addressOfTunnel(tunnel, { user, secure }), hasToken: false }
  const host = visitorHost(tunnel)
  const known = { ...entrance, secure: entrance.secure || secure }
  const wanted = { kind, port: targetPort(relayTunnel.target) }
  const found = await services.find(lab.id, wanted, { signal })
  const way = found ?? known
  const mindsName = knownServices[kind].anyHostOption !== null
  const isLocal = !mindsName || isLoopback(host)
  const place = isLocal ? { host, port } : { host: '127.0.0.1', port: await forwards.open({ host, port }) }
  const url = addressOf(kind, { ...place, user, entrance: way })
  const token = found?.token ?? ''
  if (token === '') return { url, hasToken: false }
  const page = url.endsWith('/') ? url : `${url}/`
  return { url: `${page}?token=${encodeURIComponent(token)}`, hasToken: true }
}
